"""Where a person is reached: the addresses of their record and of those merged into it, each kept by its own."""

from idp.ids import PersonId
from idp.people.contacts import Contact
from idp.transaction import Tx


def contacts_of(tx: Tx, person_id: PersonId) -> dict[PersonId, tuple[Contact, ...]]:
    """Return a person's addresses by the record that holds them: each brings notices, and may open the account."""
    return {record: tx.contacts.of_person(record) for record in tx.people.records_of(person_id)}


def all_contacts(tx: Tx, person_id: PersonId) -> tuple[Contact, ...]:
    """Return the same without the records, those of the one that stands first."""
    return tuple(one for held in contacts_of(tx, person_id).values() for one in held)


def find_contact(tx: Tx, person_id: PersonId, contact_id: str) -> tuple[PersonId, Contact] | None:
    """Return one of a person's addresses and the record that holds it; None: it is not theirs."""
    found = contacts_of(tx, person_id).items()
    return next(
        ((record, one) for record, held in found for one in held if one.contact_id == contact_id), None
    )
