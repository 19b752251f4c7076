"""The rules of employment records, with values."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from idp.days import end_of, start_of
from idp.ids import OfficialId, PostId
from idp.officials.model import Official, OfficialStatus, Post, RecordRefused, WantedPost, WantedRecord
from idp.officials.roles import OF_THE_CITY, Role
from idp.officials.rows import roles_of, roles_text
from idp.officials.rules import check_record, check_roles, plan_posts

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def post(**changes: Any) -> Post:
    values: dict[str, Any] = {
        "post_id": PostId("p"),
        "official_id": OfficialId("o"),
        "agency_code": "H24.08",
        "position": "Chuyên viên",
        "roles": (Role.CASE_OFFICER,),
        "starts_at": start_of(date(2025, 7, 1)),
    }
    return Post(**values | changes)


def wanted(**changes: Any) -> WantedPost:
    values: dict[str, Any] = {
        "agency_code": "H24.08",
        "position": "Chuyên viên",
        "roles": (Role.CASE_OFFICER,),
    }
    return WantedPost(**values | changes)


def record(**changes: Any) -> WantedRecord:
    values: dict[str, Any] = {"employee_number": "CB1", "agency_code": "H24.08", "posts": (wanted(),)}
    return WantedRecord(**values | changes)


def test_a_post_is_held_from_the_first_midnight_to_the_last_without_anything_run() -> None:
    one = post(starts_at=start_of(TODAY), ends_at=end_of(TODAY))
    instant = timedelta(microseconds=1)
    moments = (start_of(TODAY) - instant, start_of(TODAY), end_of(TODAY) - instant, end_of(TODAY))
    assert [one.is_live(moment) for moment in moments] == [False, True, True, False]
    assert (one.valid_from, one.valid_to) == (TODAY, TODAY)


def test_who_left_holds_no_post_whatever_its_days_say() -> None:
    values: dict[str, Any] = {
        "official_id": OfficialId("o"),
        "employee_number": "CB1",
        "agency_code": "H24.08",
        "posts": (post(),),
        "created_at": NOW,
        "updated_at": NOW,
    }
    assert Official(**values).live_posts(NOW) == (post(),)
    assert Official(**values, status=OfficialStatus.LEFT).live_posts(NOW) == ()


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"employee_number": ""}, "employee_number"),
        ({"employee_number": "CB 1"}, "employee_number"),
        ({"personal_id": "03118499000"}, "personal_id"),
        ({"personal_id": "٠٣١١٨٤٩٩٠٠٠١"}, "personal_id"),
        ({"posts": (wanted(commune_code="1138"),)}, "posts.commune"),
        ({"posts": (wanted(position=""),)}, "posts.position"),
        ({"posts": (wanted(position="a\x00b"),)}, "posts.position"),
        ({"posts": (wanted(valid_from=TODAY, valid_to=date(2026, 3, 1)),)}, "posts.valid_to"),
        ({"posts": (wanted(), wanted())}, "posts"),
        ({"posts": tuple(wanted(agency_code=f"H24.{n:02}") for n in range(21))}, "posts"),
    ],
    ids=str,
)
def test_what_can_t_be_kept_is_refused_by_its_member(changes: dict[str, Any], member: str) -> None:
    with pytest.raises(RecordRefused) as refused:
        check_record(record(**changes), root="")
    assert refused.value.member == member


def test_roles_come_in_the_order_of_the_vocabulary() -> None:
    one = wanted(roles=(Role.CASE_OFFICER, Role.LEADER, Role.LEADER))
    checked = check_record(record(posts=(one,)), root="H24.08")
    assert checked.posts == (wanted(roles=(Role.LEADER, Role.CASE_OFFICER)),)


@pytest.mark.parametrize(
    "changes",
    [{"agency_code": "H24.10"}, {"agency_code": "H24"}, {"posts": (wanted(agency_code="H24.081"),)}],
)
def test_an_agency_s_own_hr_states_nothing_beside_or_above_it(changes: dict[str, Any]) -> None:
    with pytest.raises(RecordRefused) as refused:
        check_record(record(**changes), root="H24.08")
    assert refused.value.is_beyond


@pytest.mark.parametrize("role", sorted(OF_THE_CITY))
def test_roles_of_the_whole_city_are_not_an_agency_s_to_give(role: Role) -> None:
    with pytest.raises(RecordRefused):
        check_roles((wanted(roles=(Role.CASE_OFFICER, role)),))


def test_stating_the_same_again_changes_nothing() -> None:
    history = post(post_id=PostId("h"), agency_code="H24.07", ends_at=start_of(date(2025, 7, 1)))
    history = replace(history, starts_at=start_of(date(2019, 3, 1)), closed_at=NOW)
    past = wanted(agency_code="H24.07", valid_from=date(2019, 3, 1), valid_to=date(2025, 6, 30))
    for again in (
        (wanted(),),
        (wanted(valid_from=date(2025, 7, 1)),),
        (past, wanted(valid_from=date(2025, 7, 1))),
    ):
        assert plan_posts((history, post()), again, now=NOW).is_empty


def test_another_agency_commune_or_role_is_another_post() -> None:
    for changes in ({"agency_code": "H24.10"}, {"commune_code": "11383"}, {"roles": (Role.LEADER,)}):
        plan = plan_posts((post(),), (wanted(**changes),), now=NOW)
        assert (plan.ended, plan.begun, plan.changed) == ((post(),), (wanted(**changes),), ())


def test_position_and_days_are_put_right_in_place() -> None:
    plan = plan_posts((post(),), (wanted(position="Trưởng phòng", valid_to=TODAY),), now=NOW)
    assert (plan.ended, plan.begun) == ((), ())
    assert plan.changed == (post(position="Trưởng phòng", ends_at=end_of(TODAY)),)


def test_a_post_that_is_over_does_not_come_back() -> None:
    over = post(ends_at=start_of(TODAY))
    plan = plan_posts((over,), (wanted(),), now=NOW)
    assert (plan.ended, plan.begun) == ((), (wanted(),))


def test_roles_are_kept_as_words_and_an_unknown_one_is_not_given() -> None:
    assert roles_of(roles_text((Role.LEADER, Role.AUDITOR))) == (Role.LEADER, Role.AUDITOR)
    assert roles_text(()) == ""
    assert roles_of(" leader archmage ") == (Role.LEADER,)
