"""When an employment record was changed, as far as who asks sees it, on both engines – RFC 7644 §3.14."""

from datetime import datetime, timedelta
from typing import Any

from idp.database import Database
from idp.ids import OfficialId, PostId
from idp.officials.model import Official, Post
from idp.officials.query import Compare, Field, Operator, Query
from tests.organisations.samples import make_agency
from tests.stores.samples import NOW, do, see

DB = Database[Any]
LATER = NOW + timedelta(hours=1)


def _official(number: str, *posts: tuple[str, datetime | None]) -> Official:
    held = (
        Post(
            post_id=PostId(f"{number}-{agency}"),
            official_id=OfficialId(number),
            agency_code=agency,
            position="Chuyên viên",
            starts_at=NOW,
            changed_at=at,
        )
        for agency, at in posts
    )
    return Official(
        official_id=OfficialId(number),
        employee_number=number,
        agency_code="H24.08",
        posts=tuple(held),
        created_at=NOW,
        updated_at=NOW,
    )


async def test_a_post_counts_where_it_is_seen_and_one_of_a_release_before_by_its_record(database: DB) -> None:
    def arrange(tx: Any) -> None:
        for code in ("H24", "H24.08", "H24.10"):
            tx.agencies.put(make_agency(code))
        for one in (
            _official("A", ("H24.08", None)),
            _official("B", ("H24.08", LATER)),
            _official("C", ("H24.08", None), ("H24.10", LATER)),
        ):
            assert tx.officials.add(one)

    await do(database, arrange)

    async def asked(root: str, operator: Operator, at: datetime) -> list[str]:
        def search(tx: Any) -> list[str]:
            condition = Compare(field=Field.CHANGED, operator=operator, value=at)
            query = Query(
                root=root, client_id="hr", condition=condition, order=Field.CHANGED, limit=10, now=LATER
            )
            return [one.employee_number for one in tx.officials.search(query)[1]]

        found: list[str] = await see(database, search)
        return found

    assert await asked("H24.08", Operator.OVER, NOW) == ["B"]
    assert await asked("H24", Operator.OVER, NOW) == ["B", "C"]
    assert await asked("H24.08", Operator.TO, LATER) == ["A", "C", "B"], "in the order of what is told"
    assert await asked("H24", Operator.TO, NOW) == ["A"]
