"""Roles in the provider of a record that is there: no page and no command gives them yet, so tests write the row."""

from sqlalchemy import String, Text, column, table, update

from idp.database import Done
from idp.ids import PersonId
from idp.people.rows import roles_text
from idp.transaction import Tx

_people = table("people", column("person_id", String), column("roles", Text))


def give_roles(tx: Tx, person_id: PersonId, *roles: str) -> Done[None]:
    """Give a person these roles and no others."""
    row = update(_people).where(_people.c.person_id == person_id)
    tx.connection.execute(row.values(roles=roles_text(frozenset(roles))))
    return Done(None)
