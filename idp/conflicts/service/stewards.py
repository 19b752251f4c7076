"""Who works on records, and whose records they keep their hands off: their own, and of those they act for.

A steward's own record is the one whose user name is theirs; who has none here is nobody's relative that we know of.
"""

from collections.abc import Iterable

from idp.ids import PersonId
from idp.mandates.model import PrincipalKind
from idp.people.model import IdentifierScheme
from idp.transaction import Tx

_OPERATOR = "operator:"


def own_record(tx: Tx, actor: str) -> PersonId | None:
    """Return the record that stands for whoever the record of events names so, if it is known."""
    if not actor.startswith(_OPERATOR):
        return None
    person = tx.people.find_by_identifier(IdentifierScheme.USERNAME, actor.removeprefix(_OPERATOR))
    return None if person is None else person.person_id


def is_concerned(tx: Tx, actor: str, records: Iterable[PersonId]) -> bool:
    """Tell whether records are the steward's own, a ward's of theirs, or somebody's who acts or acted for them."""
    own = own_record(tx, actor)
    if own is None:
        return False
    people = {tx.people.standing_id(one) for one in records}
    wards = {
        one.principal_id for one in tx.mandates.of_delegate(own) if one.principal_kind is PrincipalKind.PERSON
    }
    guardians = {one.delegate_id for one in tx.mandates.of_principal(PrincipalKind.PERSON, own)}
    return not people.isdisjoint({own, *wards, *guardians})
