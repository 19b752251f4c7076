"""What a row of the history says was sent, or may be: in the words of the consent page (PAGES §3.1.17).

Marks that say nothing of the person (`sub`, `locale`, whether an address was confirmed) have no words there either.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from idp.audit.events import AuditEvent, EventType
from idp.citizen.consent_offer import labels_of
from idp.people.claims import AGES
from idp.people.model import Person
from idp.ui.account_rows import Sent

_OF_CLAIMS: Mapping[str, str] = {
    **dict.fromkeys(("name", "family_name", "middle_name", "given_name"), "claim_name"),
    **{
        name: f"claim_{name}"
        for name in (
            *("gender", "birthdate", "nickname", "preferred_username", "picture", "website"),
            *("email", "phone_number", "address", "resident_of_commune", "vn_id_number", "position", "roles"),
        )
    },
    "profile": "claim_profile_page",
    "mandates": "claim_mandate",
    **dict.fromkeys(("agency", "agency_name", "commune", "employee_number"), "claim_agency"),
}
_AGES = frozenset(f"age_over_{age}" for age in AGES)


def sent(event: AuditEvent, person: Person, now: datetime) -> tuple[Sent, ...]:
    """Return what went, or what was allowed and what was not; nothing of an event that says none of it."""
    payload = event.payload
    if event.type is EventType.USERINFO_READ:
        parts = {"history_sent": _of_claims(_names(payload.get("claims")), person, now)}
    elif event.type is EventType.CONSENT_RECORDED:
        asked, granted = _names(payload.get("scopes")), _names(payload.get("granted"))
        refused = (one for one in asked if one not in granted)
        parts = {
            "history_may_be_sent": _of_scopes(granted, person, now),
            "history_not_sent": _of_scopes(refused, person, now),
        }
    else:
        return ()
    return tuple(Sent(key=key, labels=labels) for key, labels in parts.items() if labels)


def _names(kept: object) -> tuple[str, ...]:
    return tuple(str(one) for one in kept) if isinstance(kept, list | tuple) else ()


def _of_claims(claims: tuple[str, ...], person: Person, now: datetime) -> tuple[str, ...]:
    """Return their labels in the order of the consent page; ages are one label, as there."""
    found = {_OF_CLAIMS[one] for one in claims if one in _OF_CLAIMS}
    ages = labels_of("age", person, now) if _AGES.intersection(claims) else ()
    return (*(label for label in dict.fromkeys(_OF_CLAIMS.values()) if label in found), *ages)


def _of_scopes(scopes: Iterable[str], person: Person, now: datetime) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for one in scopes for label in labels_of(one, person, now)))
