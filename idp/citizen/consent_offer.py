"""What the notice and consent page shows of a request: rows with the very values, masked (PAGES 3.1.7). Pure."""

from collections.abc import Mapping

from idp.consents.service import ConsentOffer
from idp.people.model import Person
from idp.protocol.facts import ClientFacts
from idp.protocol.scopes import LegalBasis
from idp.ui.formatting import Masked, birth_date, mask_email, mask_id_number, mask_phone
from idp.ui.language import Language
from idp.ui.rows import ClaimRow, ConsentRow

_OF_THEIR_OWN: Mapping[str, str] = {
    "claim_nickname": "nickname",
    "claim_preferred_username": "preferred_username",
    "claim_profile_page": "profile_page",
    "claim_picture": "picture",
    "claim_website": "website",
}
"""Label → field of what people may have added themselves; a row only where they have."""
_LABELS: Mapping[str, tuple[str, ...]] = {
    "profile": ("claim_name", "claim_gender", "claim_birthdate", *_OF_THEIR_OWN),
    "email": ("claim_email",),
    "phone": ("claim_phone_number",),
    "address": ("claim_address",),
    "vn.id_number": ("claim_vn_id_number",),
    "mandate": ("claim_org", "claim_mandate"),
    "agency": ("claim_agency",),
    "position": ("claim_position",),
    "roles": ("claim_roles",),
    "offline_access": ("claim_offline_access",),
    "docs.read": ("claim_docs_read",),
    "docs.share": ("claim_docs_share",),
}
_NOT_SENT: Mapping[str, str] = {
    "vn.id_number": "not_sent_vn_id_number",
    "address": "not_sent_address",
    "phone": "not_sent_phone_number",
    "email": "not_sent_email",
    "docs.read": "not_sent_documents",
}
_NEVER_SENT = ("not_sent_photo", "not_sent_history")
_GENDERS = {
    Language.VI: {"male": "Nam", "female": "Nữ"},
    Language.EN: {"male": "Male", "female": "Female"},
}
_NOTHING = {Language.VI: "Chưa có", Language.EN: "None yet"}


def make_offer(client: ClientFacts, scopes: tuple[str, ...], language: Language) -> ConsentOffer:
    """Return the offer; its words are what the record proves later."""
    basis = {scope: client.basis_of(scope) for scope in scopes}
    lines = [language.value, client.name, client.purpose, client.law]
    lines += [f"{scope} {basis[scope].value} {' '.join(_LABELS.get(scope, ()))}" for scope in scopes]
    return ConsentOffer(scopes=scopes, basis=basis, words="\n".join(lines))


def notice_rows(offer: ConsentOffer, person: Person, language: Language) -> tuple[ClaimRow, ...]:
    """Return what is told: released because the law says so."""
    return tuple(
        ClaimRow(name=label.removeprefix("claim_"), label_key=label, value=_value(label, person, language))
        for scope in offer.scopes
        if offer.basis[scope] is LegalBasis.PUBLIC_TASK
        for label in _labels(scope, person)
    )


def consent_rows(offer: ConsentOffer, person: Person, language: Language) -> tuple[ConsentRow, ...]:
    """Return what is asked: one tick a scope, none of them ticked."""
    return tuple(
        ConsentRow(scope=scope, label_key=labels[0], value=_values(labels, person, language))
        for scope in offer.scopes
        if offer.basis[scope] is LegalBasis.CONSENT and (labels := _labels(scope, person))
    )


def not_sent(wanted: tuple[str, ...], person: Person) -> tuple[str, ...]:
    """Return what this service does not get, said so that nobody has to guess."""
    sends_picture = "profile" in wanted and bool(person.profile.picture)
    always = (key for key in _NEVER_SENT if not (key == "not_sent_photo" and sends_picture))
    return (*(key for scope, key in _NOT_SENT.items() if scope not in wanted), *always)


def _labels(scope: str, person: Person) -> tuple[str, ...]:
    """Return what the scope sends of this person."""
    return tuple(
        label
        for label in _LABELS.get(scope, ())
        if label not in _OF_THEIR_OWN or getattr(person.profile, _OF_THEIR_OWN[label])
    )


def _values(labels: tuple[str, ...], person: Person, language: Language) -> str | Masked:
    """Return everything one tick sends."""
    values = [_value(label, person, language) for label in labels]
    return values[0] if len(values) == 1 else " · ".join(str(value) for value in values)


def _value(label: str, person: Person, language: Language) -> str | Masked:
    profile = person.profile
    match label:
        case "claim_name":
            return profile.full_name
        case "claim_gender":
            return _GENDERS[language].get(profile.gender, _NOTHING[language])
        case "claim_birthdate":
            return birth_date(profile.birthdate, language) if profile.birthdate else _NOTHING[language]
        case "claim_email":
            return mask_email(profile.email) if profile.email else _NOTHING[language]
        case "claim_phone_number":
            return mask_phone(profile.phone) if profile.phone else _NOTHING[language]
        case "claim_vn_id_number":
            return mask_id_number(profile.personal_id) if profile.personal_id else _NOTHING[language]
        case "claim_address":
            address = profile.address
            return (
                (address.formatted or address.detail or _NOTHING[language]) if address else _NOTHING[language]
            )
        case _ if label in _OF_THEIR_OWN:
            return str(getattr(profile, _OF_THEIR_OWN[label]))
        case _:
            return ""
