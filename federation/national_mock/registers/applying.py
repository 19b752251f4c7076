"""One event and everything it touches: the record, the records of others that point at it, the accounts."""

from datetime import date

from sqlalchemy import Connection

from federation.national_mock.registers import rows
from federation.national_mock.registers.changes import (
    changed_enterprise,
    changed_person,
    mirrored,
    renumbered,
    renumbered_enterprise,
)
from federation.national_mock.registers.events import (
    EnterpriseEvent,
    Event,
    OrganisationRepresentatives,
    OrganisationStatus,
    PersonEvent,
    PersonNumberChanged,
    RelationChanged,
)
from federation.national_mock.registers.following import followed_enterprise, followed_person
from federation.national_mock.registers.records import Person
from federation.national_mock.viet_nam import local


class NotApplicable(Exception):
    """The registers cannot take this event; the text says why in one word."""


def apply_event(connection: Connection, event: Event, *, now: int) -> None:
    """Change what the event changes, in the caller's transaction; raise NotApplicable and change nothing."""
    if isinstance(event, OrganisationStatus | OrganisationRepresentatives):
        _apply_to_enterprise(connection, event)
    else:
        today = local(now).date()
        _apply_to_person(connection, event, today=today)


def _apply_to_enterprise(connection: Connection, event: EnterpriseEvent) -> None:
    enterprise = rows.find_enterprise(connection, event.subject.tax_code)
    if enterprise is None:
        raise NotApplicable("not_found")
    rows.put_enterprise(connection, changed_enterprise(enterprise, event))
    _follow_enterprise(connection, enterprise.tax_code)


def _apply_to_person(connection: Connection, event: PersonEvent, *, today: date) -> None:
    before = rows.find_person(connection, event.subject.personal_id)
    if before is None:
        raise NotApplicable("not_found")
    if isinstance(event, PersonNumberChanged):
        if rows.find_person(connection, event.facts.new, also_former=True) is not None:
            raise NotApplicable("number_taken")
    elif isinstance(event, RelationChanged) and _points_at_itself(event):
        raise NotApplicable("related_to_themselves")
    after = changed_person(before, event)
    account = rows.citizens_account(connection, before.personal_id)
    rows.put_person(connection, after, instead_of=before.personal_id)
    if isinstance(event, RelationChanged):
        _mirror(connection, before, after)
    if isinstance(event, PersonNumberChanged):
        _renumber(connection, before, after)
    if account is not None:
        rows.put_account(connection, followed_person(account, after, today=today))
    for enterprise in rows.enterprises_of(connection, after.personal_id):
        _follow_enterprise(connection, enterprise.tax_code)


def _points_at_itself(event: RelationChanged) -> bool:
    return any(one.personal_id == event.subject.personal_id for one in event.facts.relations)


def _mirror(connection: Connection, before: Person, after: Person) -> None:
    others = {relation.personal_id for relation in (*before.relations, *after.relations)}
    for number in sorted(others):
        other = rows.find_person(connection, number)
        if other is not None:
            relations = after.relations
            rows.put_person(connection, mirrored(other, subject=after.personal_id, relations=relations))


def _renumber(connection: Connection, before: Person, after: Person) -> None:
    old, new = before.personal_id, after.personal_id
    for number in sorted({relation.personal_id for relation in before.relations}):
        other = rows.find_person(connection, number)
        if other is not None:
            rows.put_person(connection, renumbered(other, old=old, new=new))
    for enterprise in rows.enterprises_of(connection, old):
        rows.put_enterprise(connection, renumbered_enterprise(enterprise, old=old, new=new))


def _follow_enterprise(connection: Connection, tax_code: str) -> None:
    account = rows.enterprises_account(connection, tax_code)
    enterprise = rows.find_enterprise(connection, tax_code)
    if account is None or enterprise is None:
        return

    def name_of(personal_id: str) -> str | None:
        person = rows.find_person(connection, personal_id)
        return None if person is None else person.name

    rows.put_account(connection, followed_enterprise(account, enterprise, name_of=name_of))
