"""Among twenty thousand people each search takes its own index, in its order, by the planner's own choice."""

from typing import Any

import pytest
from sqlalchemy import Connection, LargeBinary, bindparam, event, text

from idp.database import Database
from idp.people.asked import read_text
from idp.people.rows import profile_text
from idp.people.store.person_row import PROFILE_PURPOSE
from idp.reports.people_search import search
from tests.stores.samples import do, make_person

_PEOPLE = 20_000
_ID = "printf('%08x-0000-4000-8000-%012x', (n * 2654435761) & 4294967295, n)"
_FAMILY = "CASE WHEN n % 100 < 36 THEN 'nguyen' WHEN n % 100 < 46 THEN 'pham' ELSE 'ho ' || n % 40 END"
_NAME = f"({_FAMILY}) || ' van ' || n % 97"
_COLUMNS = (
    "INSERT INTO people (bucket, person_id, name_fold, birth_year, commune_code, account_level, status,"
    " status_reason, roles, profile, synthetic, created_at, updated_at) SELECT substr({id}, 1, 2), {id}, {name},"
    " 1946 + n % 80, '11' || (300 + n * 7 % 114), 2, 'active', '', '[]', :sealed, {true}, 0, 0 FROM {numbers}"
)
_COUNTING = "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {}) SELECT n FROM s)"
_IDENTIFIERS = (
    "INSERT INTO person_identifiers (bucket, person_id, scheme, lookup, holder, value, valid_from, cause)"
    " SELECT bucket, person_id, 'vn_personal_id', {look_up}, '', :sealed, 0, '' FROM people"
)


def _fill(connection: Connection, sealed: bytes) -> None:
    """Rows as many and as wide as a city has them; they all share one profile."""
    if connection.dialect.name == "sqlite":
        numbers = _COUNTING.format(_PEOPLE)
        values = {"id": _ID, "true": "1", "look_up": "CAST(person_id AS BLOB)"}
    else:
        numbers = f"generate_series(1, {_PEOPLE}) AS s(n)"
        values = {
            "id": "md5(n::text)::uuid::text",
            "true": "true",
            "look_up": "person_id::bytea",
        }
    for statement in (_COLUMNS.format(name=_NAME, numbers=numbers, **values), _IDENTIFIERS.format(**values)):
        connection.execute(text(statement).bindparams(bindparam("sealed", sealed, type_=LargeBinary)))
    connection.execute(text("ANALYZE"))


@pytest.fixture
async def crowded(database: Database[Any]) -> Database[Any]:
    def fill(tx: Any) -> None:
        profile = profile_text(make_person().profile)
        _fill(tx.connection, tx.people.vault.seal_text(profile, purpose=PROFILE_PURPOSE))

    await do(database, fill)
    return database


_SEARCHES: list[tuple[str, dict[str, Any], str | tuple[str, ...]]] = [
    ("nguyen", {}, "ix_people_name_fold"),
    ("nguyen van a", {}, "ix_people_name_fold"),
    ("nguyen", {"birth_year": 1990}, "ix_people_birth_year_name"),
    ("nguyen", {"commune_code": "11311"}, "ix_people_commune_code"),
    (
        "nguyen",
        {"commune_code": "11311", "birth_year": 1990},
        ("ix_people_commune_code", "ix_people_birth_year_name"),
    ),
    ("031190900001", {}, "person_identifiers"),
    ("0530000001", {}, "person_identifiers"),
]


async def test_each_search_takes_an_index_and_a_page_of_many_is_not_sorted(crowded: Database[Any]) -> None:
    def plans(tx: Any) -> list[tuple[str, str]]:
        found = []
        for asked, options, index in _SEARCHES:
            for statement, given in _statements(tx, asked, options):
                plan = _plan(tx.connection, statement, given)
                names = (index,) if isinstance(index, str) else index
                is_page = asked == "nguyen" and not statement.startswith("SELECT count")
                if not any(name in plan for name in names) or _is_a_walk(plan) or (is_page and _sorts(plan)):
                    found.append((f"{asked} {options} {statement}", plan))
        return found

    assert await do(crowded, plans) == []


def _statements(tx: Any, asked: str, options: dict[str, Any]) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> None:
        seen.append((statement, given))

    event.listen(tx.connection, "before_cursor_execute", note)
    try:
        search(tx.connection, tx.people.vault, read_text(asked, **options))
    finally:
        event.remove(tx.connection, "before_cursor_execute", note)
    return seen


def _plan(connection: Connection, statement: str, given: Any) -> str:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        return "\n".join(row.detail for row in rows)
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", given))


def _is_a_walk(plan: str) -> bool:
    return any(walk in plan for walk in ("SCAN people", "SCAN person_identifiers", "Seq Scan on"))


def _sorts(plan: str) -> bool:
    return "Sort" in plan or "TEMP B-TREE FOR ORDER BY" in plan
