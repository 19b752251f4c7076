"""How a database goes about the statements of a store: which of them would walk through a table."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, event

from idp.database import Database
from idp.ids import HandleKind
from tests.stores.samples import SignedIn, do, make_generation, make_handle, sign_in

Part = Callable[[Any, SignedIn], None]
"""Calls the stores of one room, about somebody who is signed in."""


async def walks_of(database: Database[Any], part: Part) -> list[str]:
    """Return each walk through a table in what this part asks, with its statement."""
    me = await sign_in(database)
    generation = make_generation(me.grant, me.session.session_id)
    token = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    await do(database, lambda tx: tx.refresh_tokens.add(token, generation))

    def walks(tx: Any) -> list[str]:
        statements = _statements_of(tx.connection, lambda: part(tx, me))
        explain = _walks_of_sqlite if tx.connection.dialect.name == "sqlite" else _walks_of_postgresql
        return [
            walk
            for statement, given in statements.items()
            for walk in explain(tx.connection, statement, given)
        ]

    return list(await do(database, walks))


def _statements_of(connection: Connection, run: Callable[[], None]) -> dict[str, Any]:
    """Each statement but plain inserts, with what it was once given."""
    seen: dict[str, Any] = {}

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> None:
        if not statement.startswith("INSERT") or "SELECT" in statement:
            seen[statement] = given

    event.listen(connection, "before_cursor_execute", note)
    run()
    event.remove(connection, "before_cursor_execute", note)
    assert seen
    return seen


_BOUNDED = {
    f"SCAN {name}"
    for name in (
        "waiting_copies",
        "oldest",
        "lanes",
        "chosen",
        "asleep",
        "too_old",
        "far_ahead",
        "some",
        "one_role",
        "records",
        "each_use",
        "each_tie",
        "next_two",
    )
}
"""Bounded choices and lists that stand in a WITH, a person's records: no tables."""


def _walks_of_sqlite(connection: Connection, statement: str, given: Any) -> Iterator[str]:
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given):
        is_batch = row.detail in _BOUNDED
        if row.detail.startswith("SCAN ") and "CONSTANT ROW" not in row.detail and not is_batch:
            yield f"{row.detail}: {statement}"


def _walks_of_postgresql(connection: Connection, statement: str, given: Any) -> Iterator[str]:
    """With sequential scans made dear, what has no index condition has no index."""
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).scalar_one()
    plans = json.loads(plan) if isinstance(plan, str) else plan
    for node in _nodes(plans[0]["Plan"]):
        is_walk = node["Node Type"] == "Seq Scan" or (
            "Index" in node["Node Type"] and "Index Cond" not in node
        )
        if is_walk:
            yield f"{node['Node Type']} {node.get('Relation Name')}: {statement}"


def _nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
