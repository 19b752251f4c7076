"""What the notice and consent page shows of a request: rows with the very values, masked (PAGES 3.1.7). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from idp.citizen.acting_values import acting_value
from idp.citizen.consent_words import Stated, words_of
from idp.consents.service import ConsentOffer
from idp.people.claims import AGES, claims_of
from idp.people.communes import communes
from idp.people.model import Address, Person
from idp.protocol.context import Choice
from idp.protocol.facts import ClientFacts
from idp.protocol.scopes import LegalBasis
from idp.ui.formatting import (
    Masked,
    beside,
    birth_date,
    in_vietnamese,
    mask_email,
    mask_id_number,
    mask_phone,
)
from idp.ui.language import Language
from idp.ui.pages import RelyingParty
from idp.ui.rows import ClaimRow, ConsentMode, ConsentRow
from idp.ui.strings import consent as strings

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
    "age": ("claim_age_over_18", "claim_age_over_16", "claim_age_over_14"),
    "residence": ("claim_resident_of_commune",),
    "vn.id_number": ("claim_vn_id_number",),
    "mandate": ("claim_org", "claim_mandate"),
    "agency": ("claim_agency",),
    "position": ("claim_position",),
    "roles": ("claim_roles",),
    "offline_access": ("claim_offline_access",),
    "docs.read": ("claim_docs_read",),
    "docs.share": ("claim_docs_share",),
}
_ACTING = frozenset({"claim_org", "claim_mandate", "claim_agency", "claim_position", "claim_roles"})
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
_WORDS = {Language.VI: strings.VI, Language.EN: strings.EN}
_NOTHING = {Language.VI: "Chưa có", Language.EN: "None yet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks whom, and what for: all that the words of the page are made of."""

    client: ClientFacts
    rp: RelyingParty
    person: Person = field(repr=False)
    """Whose data it is."""
    wanted: tuple[str, ...]
    """Every scope of the request, settled ones too: what is not among them is not sent."""
    is_for_parents: bool = False
    """Who reads it is under 16: what needs consent, only their parents may agree to."""


def make_offer(asking: Asking, scopes: tuple[str, ...], language: Language, *, now: datetime) -> ConsentOffer:
    """Return the offer of these scopes; its words are what the record proves later."""
    basis = {scope: asking.client.basis_of(scope) for scope in scopes}
    labels = {scope: labels_of(scope, asking.person, now) for scope in scopes}
    is_for_parents = asking.is_for_parents and LegalBasis.CONSENT in basis.values()
    stated = Stated(
        mode=mode_of(basis, is_for_parents=is_for_parents),
        told=tuple(
            one for scope in scopes if basis[scope] is LegalBasis.PUBLIC_TASK for one in labels[scope]
        ),
        asked=tuple(
            labels[scope][0] for scope in scopes if labels[scope] and basis[scope] is LegalBasis.CONSENT
        ),
        not_sent=not_sent(asking.wanted, asking.person),
        is_for_parents=is_for_parents,
    )
    lines = [f"{scope} {basis[scope].value} {' '.join(labels[scope])}" for scope in scopes]
    lines += words_of(asking.client, asking.rp, stated, language)
    return ConsentOffer(scopes=scopes, basis=basis, words="\n".join(lines), is_for_parents=is_for_parents)


def mode_of(basis: Mapping[str, LegalBasis], *, is_for_parents: bool) -> ConsentMode:
    """Return how the page asks; who can't agree alone is told and not asked."""
    bases = set(basis.values())
    if is_for_parents or LegalBasis.CONSENT not in bases:
        return ConsentMode.NOTICE
    return ConsentMode.CONSENT if bases == {LegalBasis.CONSENT} else ConsentMode.MIXED


def notice_rows(
    offer: ConsentOffer, person: Person, choice: Choice | None, language: Language, *, now: datetime
) -> tuple[ClaimRow, ...]:
    """Return what is told: released because the law says so. `choice` is for whom they act."""
    return tuple(
        ClaimRow(
            name=label.removeprefix("claim_"),
            label_key=label,
            value=_value(label, person, choice, language, now),
        )
        for scope in offer.scopes
        if offer.basis[scope] is LegalBasis.PUBLIC_TASK
        for label in labels_of(scope, person, now)
    )


def consent_rows(
    offer: ConsentOffer, person: Person, choice: Choice | None, language: Language, *, now: datetime
) -> tuple[ConsentRow, ...]:
    """Return what is asked: one tick a scope, none of them ticked."""
    return tuple(
        ConsentRow(scope=scope, label_key=labels[0], value=_values(labels, person, choice, language, now))
        for scope in offer.scopes
        if offer.basis[scope] is LegalBasis.CONSENT and (labels := labels_of(scope, person, now))
    )


def not_sent(wanted: tuple[str, ...], person: Person) -> tuple[str, ...]:
    """Return what this service does not get, said so that nobody has to guess."""
    sends_picture = "profile" in wanted and bool(person.profile.picture)
    always = (key for key in _NEVER_SENT if not (key == "not_sent_photo" and sends_picture))
    instead = ("not_sent_birthdate",) if "age" in wanted and "profile" not in wanted else ()
    return (*instead, *(key for scope, key in _NOT_SENT.items() if scope not in wanted), *always)


def labels_of(scope: str, person: Person, now: datetime) -> tuple[str, ...]:
    """Return what the scope sends of this person; of ages the highest that is reached, which says the others too."""
    if scope == "age":
        known = claims_of(person, now=now)
        reached = (age for age in sorted(AGES, reverse=True) if known.get(f"age_over_{age}"))
        return (f"claim_age_over_{next(reached, min(AGES))}",)
    return tuple(
        label
        for label in _LABELS.get(scope, ())
        if label not in _OF_THEIR_OWN or getattr(person.profile, _OF_THEIR_OWN[label])
    )


def _values(
    labels: tuple[str, ...], person: Person, choice: Choice | None, language: Language, now: datetime
) -> str | Masked:
    """Return everything one tick sends."""
    values = [_value(label, person, choice, language, now) for label in labels]
    return values[0] if len(values) == 1 else beside(*values)


def _value(
    label: str, person: Person, choice: Choice | None, language: Language, now: datetime
) -> str | Masked:
    if label in _ACTING:
        return acting_value(label, choice, language) or _NOTHING[language]
    return _of_person(label, person, language, now)


def _of_person(label: str, person: Person, language: Language, now: datetime) -> str | Masked:
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
        case "claim_address" | "claim_resident_of_commune":
            place = _place(label, profile.address)
            return in_vietnamese(place, language) if place else _NOTHING[language]
        case _ if label.startswith("claim_age_over_"):
            return _age(label.removeprefix("claim_"), person, language, now)
        case _ if label in _OF_THEIR_OWN:
            return str(getattr(profile, _OF_THEIR_OWN[label]))
        case _:
            return ""


def _age(claim: str, person: Person, language: Language, now: datetime) -> str:
    """Return what is said of an age; of who has no birth date here, nothing is sent."""
    known = claims_of(person, now=now)
    if claim not in known:
        return _NOTHING[language]
    return _WORDS[language]["value_yes_no_birthdate" if known[claim] else "value_no_no_birthdate"]


def _place(label: str, address: Address | None) -> str:
    """Return the address, or its commune alone; empty where it isn't known."""
    if address is None:
        return ""
    if label == "claim_address":
        return address.formatted or address.detail
    commune = communes().get(address.ward_code)
    return commune.full_name if commune else address.ward_code
