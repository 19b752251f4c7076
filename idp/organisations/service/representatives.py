"""Who represents an organisation as its register says, and whether nobody is left who could.

Whom the provider does not know yet gets nothing: the register's next word, once they have signed in, gives it.
"""

from collections.abc import Iterable
from datetime import datetime

from idp.audit.occasion import Occasion
from idp.ids import OrganisationId, PersonId
from idp.mandates.model import PrincipalKind, Role, Source
from idp.mandates.service import replace_representatives
from idp.people.model import IdentifierScheme, PersonStatus
from idp.transaction import Tx


def take_representatives(
    tx: Tx, organisation_id: OrganisationId, numbers: Iterable[str], *, actor: str, occasion: Occasion
) -> int:
    """Let whoever has these personal ID numbers, and nobody else, represent it; return how many are not known."""
    people = [person_of(tx, number) for number in numbers]
    known = [person_id for person_id in people if person_id is not None]
    replace_representatives(tx, organisation_id, known, actor=actor, occasion=occasion)
    return len(people) - len(known)


def person_of(tx: Tx, number: str) -> PersonId | None:
    """Return who has, or had, a personal ID number, or a foreigner's."""
    for scheme in (IdentifierScheme.PERSONAL_ID, IdentifierScheme.FOREIGNER_ID):
        found = tx.people.find_by_identifier(scheme, number)
        if found is not None:
            return found.person_id
    return None


def representatives_of(tx: Tx, organisation_id: OrganisationId, *, now: datetime) -> tuple[PersonId, ...]:
    """Return the legal representatives who are alive and not locked."""
    held = tx.mandates.of_principal(PrincipalKind.ORGANISATION, organisation_id, since=now)
    return tuple(
        one.delegate_id
        for one in held
        if one.role is Role.REPRESENTATIVE
        and one.source is Source.REGISTER
        and one.is_live(now)
        and _is_there(tx, one.delegate_id)
    )


def is_representative_vacant(tx: Tx, organisation_id: OrganisationId, *, now: datetime) -> bool:
    """Tell whether nobody is left who represents it: the register must name somebody (DOMAIN §3.3)."""
    return not representatives_of(tx, organisation_id, now=now)


def _is_there(tx: Tx, person_id: PersonId) -> bool:
    person = tx.people.canonical(person_id)
    return person is not None and person.status is PersonStatus.ACTIVE
