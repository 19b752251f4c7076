"""Who may not prove whom at a desk, and which documents are good: pure (DOMAIN §3.5)."""

from collections.abc import Iterable
from datetime import date, datetime

from idp.days import day_of
from idp.mandates.model import Mandate, PrincipalKind, Source
from idp.name_fold import fold
from idp.people.model import Address, Person

_KIN = frozenset({Source.PARENT, Source.COURT})


def is_good_until(last_day: str, now: datetime) -> bool:
    """Tell whether a document is good today; ValueError: that is no day. Empty: it has no end."""
    return not last_day or date.fromisoformat(last_day) >= day_of(now)


def is_one_household(one: Person, other: Person) -> bool:
    """Tell whether two people are registered in one home: the same commune and the same line below it."""
    return _home(one.profile.address) == _home(other.profile.address) != ("", "")


def are_kin(mandates: Iterable[Mandate], one: Person, other: Person, *, wards_of: frozenset[str]) -> bool:
    """Tell whether the registers make them family: parent or guardian and ward, or two who have a ward together.

    `mandates` are those that `one` holds and those held for them; `wards_of` is for whom `other` is parent or guardian.
    """
    for mandate in mandates:
        if mandate.source not in _KIN or mandate.principal_kind is not PrincipalKind.PERSON:
            continue
        if {mandate.delegate_id, mandate.principal_id} == {one.person_id, other.person_id}:
            return True
        if mandate.delegate_id == one.person_id and mandate.principal_id in wards_of:
            return True
    return False


def wards(mandates: Iterable[Mandate]) -> frozenset[str]:
    """Return for whom somebody is parent or guardian, by the mandates they hold."""
    return frozenset(
        one.principal_id
        for one in mandates
        if one.source in _KIN and one.principal_kind is PrincipalKind.PERSON
    )


def _home(address: Address | None) -> tuple[str, str]:
    if address is None or not address.ward_code or not address.detail:
        return "", ""
    return address.ward_code, fold(address.detail)
