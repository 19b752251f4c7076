"""How a statement finds one person's rows: by the bucket a person-owned table's key begins with (DESIGN 5.8)."""

from sqlalchemy import FromClause, bindparam
from sqlalchemy.sql.elements import ColumnElement

from idp.ids import PersonId, bucket_of


def of_person(table: FromClause) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions that a row is a person's, whom `person_given` names."""
    return table.c.bucket == bindparam("of_bucket"), table.c.person_id == bindparam("of_person")


def person_given(person_id: PersonId) -> dict[str, object]:
    """Return the parameters that name a person."""
    return {"of_bucket": bucket_of(person_id), "of_person": person_id}
