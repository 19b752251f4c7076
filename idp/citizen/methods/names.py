"""What a person types to say who they are, and the words that may not be their password."""

from urllib.parse import urlsplit

from idp.citizen.qr import ISSUER
from idp.edge import Call
from idp.ids import PersonId
from idp.people.model import IdentifierScheme, PersonProfile
from idp.transaction import Tx
from idp.ui.formatting import mask_email, mask_phone

_NAMES = (IdentifierScheme.USERNAME, IdentifierScheme.EMAIL, IdentifierScheme.PHONE)
_SERVICE = (ISSUER, "VNeID", "Thành phố Hải Phòng", "haiphong.gov.vn", "Dịch vụ công Hải Phòng")


def sign_in_names(tx: Tx, person_id: PersonId) -> tuple[str, ...]:
    """Return what this person may type as a name, as it may be shown: the user name first."""
    held = [one for one in tx.people.identifiers_of(person_id) if one.valid_to is None]
    return tuple(_shown(one.scheme, one.value) for scheme in _NAMES for one in held if one.scheme is scheme)


def own_username(tx: Tx, person_id: PersonId) -> str | None:
    """Return the user name a person has chosen."""
    held = tx.people.identifiers_of(person_id)
    is_name = (one.value for one in held if one.scheme is IdentifierScheme.USERNAME and one.valid_to is None)
    return next(is_name, None)


def context_words(call: Call, profile: PersonProfile, username: str) -> tuple[str, ...]:
    """Return the words nobody may take for a password here: the person's and the service's (SP 800-63B-4 §3.1.1.2)."""
    host = urlsplit(call.provider.settings.issuer).hostname or ""
    email, phone, born = profile.email or "", profile.phone or "", profile.birthdate or ""
    year, _, rest = born.partition("-")
    month, _, day = rest.partition("-")
    return (
        username,
        profile.full_name,
        *(
            name
            for name in (f"{profile.family_name or ''} {profile.given_name or ''}", email)
            if name.strip()
        ),
        *(part for part in email.split("@") if part),
        *((phone, f"0{phone[3:]}") if phone.startswith("+84") else (phone,)),
        *((f"{day}{month}{year}", f"{year}{month}{day}", f"{day}{month}{year[2:]}") if day else ()),
        profile.personal_id or "",
        host,
        *_SERVICE,
    )


def _shown(scheme: IdentifierScheme, value: str) -> str:
    match scheme:
        case IdentifierScheme.EMAIL:
            return mask_email(value).shown
        case IdentifierScheme.PHONE:
            return mask_phone(value).shown
        case _:
            return value
