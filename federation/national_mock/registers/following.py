"""The accounts follow the registers: what an event changes there changes who can sign in, and what is told of them. Pure.

Locked by law (Decree 69/2024): a dead holder, a locked account, a revoked card, a residence that is over, an organisation
that is dissolved.
"""

from collections.abc import Callable
from datetime import date

from federation.national_mock.accounts import Account, Address, Representative, Status
from federation.national_mock.registers.records import Enterprise, Person


def followed_person(account: Account, person: Person, *, today: date) -> Account:
    """Return the account of a citizen as their record says."""
    residence = person.residence
    address = (account.address or Address()).model_copy(
        update={"ward_code": residence.ward_code or None, "detail": residence.detail or None}
    )
    return account.model_copy(
        update={
            "number": person.personal_id,
            "full_name": person.name,
            "birth_date": person.birthdate,
            "sex": person.gender,
            "account_level": person.account_level or None,
            "status": person_status(person, today=today),
            "address": address if residence.ward_code or residence.detail else account.address,
        }
    )


def followed_enterprise(
    account: Account, enterprise: Enterprise, *, name_of: Callable[[str], str | None]
) -> Account:
    """Return the account of an enterprise as its record says; the first who acts for it is named."""
    first = next(iter(enterprise.representatives), None)
    named = first and Representative(
        number=first.personal_id, full_name=name_of(first.personal_id) or first.personal_id
    )
    status: Status = "dissolved" if enterprise.status == "dissolved" else "active"
    return account.model_copy(update={"status": status, "representative": named})


def person_status(person: Person, *, today: date) -> Status:
    """Return whether this person's account can be used, and if not why."""
    card, until = person.card, person.residence.until
    if person.dead:
        return "deceased"
    if person.locked or person.account_level == 0 or (card is not None and card.status == "revoked"):
        return "locked"
    if until is not None and until < today.isoformat():
        return "locked"
    return "expired_card" if card is not None and card.status == "expired" else "active"
