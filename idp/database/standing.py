"""Which record stands for which after merges, as parts of statements (DESIGN 5.1).

A merge writes `people.canonical_id` and rewrites nothing else, so whoever reads by person asks here. That id always names
a record that stands by itself (adr/0036: merges make no chains), so one step is enough.
"""

from sqlalchemy import (
    ColumnElement,
    String,
    Subquery,
    Text,
    bindparam,
    column,
    func,
    select,
    table,
    union_all,
)

_people = table("people", column("bucket", String), column("person_id", Text), column("canonical_id", Text))


def standing(record: ColumnElement[str]) -> ColumnElement[str]:
    """Return the record that stands for one: itself unless it was merged into another. Nobody's id stays as it is."""
    people = _people.alias()
    merged_into = (
        select(people.c.canonical_id)
        .where(people.c.bucket == func.substr(record, 1, 2), people.c.person_id == record)
        .scalar_subquery()
    )
    stands: ColumnElement[str] = func.coalesce(merged_into, record)
    return stands


def records_of_person() -> Subquery:
    """Return bucket and id of a person's record and of those merged into it, to join; binds `of_bucket`, `of_person`.

    Joined, and not asked for by IN: SQLite finds no index for two columns in a compound choice.
    """
    own, merged = _people.alias(), _people.alias()
    return union_all(
        select(own.c.bucket, own.c.person_id).where(
            own.c.bucket == bindparam("of_bucket"), own.c.person_id == bindparam("of_person")
        ),
        select(merged.c.bucket, merged.c.person_id).where(merged.c.canonical_id == bindparam("of_person")),
    ).subquery("records")
