"""Filters, sorting, pages – RFC 7644 §3.4.2, §3.4.3; what they may cost and what they can't ask (SECURITY G01, H03)."""

from dataclasses import replace
from typing import Any

import pytest

from idp.database import Done
from idp.officials.model import WantedPost, WantedRecord
from idp.officials.roles import Role
from idp.officials.service import Hand, join
from idp.scim.resources import ENTERPRISE, OFFICIAL
from tests.scim.hr import HrSystem, operations
from tests.world import World

POSTS = f"{OFFICIAL}:posts"
_SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture
async def staff(world: World, hr: HrSystem) -> HrSystem:
    """Four officials of H24.08, two of them one below, and one of another department."""
    base = WantedRecord(employee_number="", agency_code="H24.08")
    desk = WantedPost(agency_code="H24.08", position="Cán bộ một cửa", roles=(Role.DESK_OFFICER,))
    head = WantedPost(
        agency_code="H24.08.1", commune_code="11383", position="Trưởng phòng", roles=(Role.LEADER,)
    )
    records = [
        replace(base, employee_number="A1", posts=(desk,)),
        replace(base, employee_number="b2", posts=(desk, head)),
        replace(base, employee_number="B3", agency_code="H24.08.1", posts=(head,)),
        replace(base, employee_number="C4", agency_code="H24.08.1"),
        replace(base, employee_number="A9", agency_code="H24.10"),
    ]
    for record in records:
        hand = Hand(actor="operator:test", occasion=world.occasion)
        await world.write(lambda tx, r=record, h=hand: Done(join(tx, r, h).unwrap()))
        world.time.move(seconds=10)
    left = await hr.call("GET", "/Users", None, None, filter='userName eq "C4"')
    user_id = left.json()["Resources"][0]["id"]
    await hr.call(
        "PATCH", f"/Users/{user_id}", operations({"op": "replace", "path": "active", "value": False})
    )
    return hr


FOUND: tuple[tuple[str, list[str]], ...] = (
    ('userName eq "a1"', ["A1"]),
    ('USERNAME Eq "A1"', ["A1"]),
    ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "A1"', ["A1"]),
    ('userName ne "A1"', ["b2", "B3", "C4"]),
    ('userName sw "b"', ["b2", "B3"]),
    ('userName ew "3"', ["B3"]),
    ('userName co "%"', []),
    ('userName co "_"', []),
    ('userName co "4"', ["C4"]),
    ("userName pr", ["A1", "b2", "B3", "C4"]),
    ("externalId pr", []),
    ("active eq true", ["A1", "b2", "B3"]),
    ("active eq false", ["C4"]),
    ("active ne true", ["C4"]),
    (f'{ENTERPRISE}:department eq "H24.08.1"', ["B3", "C4"]),
    (f'{ENTERPRISE}:department sw "H24.08"', ["A1", "b2", "B3", "C4"]),
    (f'{ENTERPRISE}:department eq "H24.10"', []),
    (f'{POSTS}.roles eq "leader"', ["b2", "B3"]),
    (f'{POSTS}.position co "cửa"', ["A1", "b2"]),
    (f'{POSTS}.position co "CỬA"', []),
    (f'{POSTS}.position sw "Trưởng"', ["b2", "B3"]),
    (f'{POSTS}[agency eq "H24.08" and roles eq "desk-officer"]', ["A1", "b2"]),
    (f'{POSTS}[agency eq "H24.08" and roles eq "leader"]', []),
    (f"{POSTS}[not (commune pr)]", ["A1", "b2"]),
    (f'{POSTS}[agency eq "H24.08.1" or position co "cửa"]', ["A1", "b2", "B3"]),
    (f"{POSTS} pr", ["A1", "b2", "B3"]),
    (f"not ({POSTS} pr)", ["C4"]),
    ('groups.value eq "H24.08~desk-officer"', ["A1", "b2"]),
    ('groups.value eq "nonsense"', []),
    ('userName eq "A1" or userName eq "C4"', ["A1", "C4"]),
    ('userName sw "B" and (active eq false or userName ew "2")', ["b2"]),
    ('not (userName sw "b") and active eq true', ["A1"]),
    ('meta.lastModified gt "2026-03-02T01:00:25Z"', ["C4"]),
    ('meta.created le "2026-03-02T08:00:10+07:00"', ["A1", "b2"]),
    ('meta.resourceType eq "User"', ["A1", "b2", "B3", "C4"]),
    ('meta.resourceType eq "Group"', []),
    ('id eq "none"', []),
    ("userName eq \"A1' OR '1'='1\"", []),
)  # fmt: skip


async def test_a_filter_finds(staff: HrSystem) -> None:
    for asked, found in FOUND:
        assert await staff.found(asked) == found, asked


REFUSED = (
    "userName",
    "userName eq",
    'userName like "x"',
    'userName eq "x',
    "userName eq 7",
    'userName gt "a"',
    'nickName eq "x"',
    'displayName eq "Phạm Thu Trang"',
    'name.familyName sw "P"',
    'emails.value eq "a1@haiphong.example"',
    'emails[value sw "a"]',
    'password eq "x"',
    f'{OFFICIAL}:personalId eq "031194990032"',
    f"{OFFICIAL}:personalId pr",
    f'{POSTS}[personalId eq "031194990032"]',
    f'{POSTS}.validFrom gt "2025-01-01"',
    'meta.created gt "yesterday"',
    'meta.created gt "2026-03-02"',
    "active gt true",
    'schemas eq "x"',
    'userName co "\\ud800"',
    'id eq "\\ud800"',
    f'{POSTS}[position sw "\\ud800"]',
    "(" * 30 + "userName pr" + ")" * 30,
    "not (" * 30 + "userName pr" + ")" * 30,
    "userName pr" + " or userName pr" * 100,
    'userName eq "' + "x" * 2_000 + '"',
)


async def test_a_text_that_no_database_keeps_is_refused(staff: HrSystem) -> None:  # SECURITY H03
    for asked in ('userName eq "\\u0000"', 'id eq "\\u0000"', 'externalId eq "a\\u0000b"'):
        response = await staff.call("GET", "/Users", None, None, filter=asked)
        assert (response.status_code, response.json()["scimType"]) == (400, "invalidFilter"), asked
    for asked in ('displayName sw "\\u0000"', 'displayName eq "\\ud800 x"', 'members eq "\\u0000"'):
        response = await staff.call("GET", "/Groups", None, None, filter=asked)
        assert (response.status_code, response.json()["scimType"]) == (400, "invalidFilter"), asked


async def test_a_message_whose_schemas_are_no_list_is_refused(staff: HrSystem) -> None:
    for path in ("/Users/.search", "/Groups/.search", "/.search", "/Bulk"):
        for schemas in (5, {"a": 1}, _SEARCH, [[_SEARCH]]):
            response = await staff.call("POST", path, {"schemas": schemas, "Operations": []})
            assert (response.status_code, response.json()["scimType"]) == (400, "invalidSyntax"), schemas


async def test_what_can_t_be_asked_is_refused(staff: HrSystem) -> None:
    for asked in REFUSED:
        for response in (
            await staff.call("GET", "/Users", None, None, filter=asked),
            await staff.call("POST", "/Users/.search", {"schemas": [_SEARCH], "filter": asked}),
        ):
            assert (response.status_code, response.json()["scimType"]) == (400, "invalidFilter"), asked


STRETCHES: tuple[tuple[dict[str, str], list[str] | None], ...] = (
    ({}, ["A1", "b2", "B3", "C4"]),
    ({"sortBy": "userName", "sortOrder": "descending"}, ["C4", "B3", "b2", "A1"]),
    ({"sortBy": "meta.created", "sortOrder": "descending"}, ["C4", "B3", "b2", "A1"]),
    ({"sortBy": f"{ENTERPRISE}:department", "count": "2"}, None),
    ({"startIndex": "2", "count": "2"}, ["b2", "B3"]),
    ({"startIndex": "-3", "count": "1"}, ["A1"]),
    ({"startIndex": "99"}, []),
    ({"startIndex": "9" * 30}, []),
    ({"count": "0"}, []),
    ({"count": "-1"}, []),
    ({"count": "100000"}, ["A1", "b2", "B3", "C4"]),
)


async def test_a_stretch_in_an_order(staff: HrSystem) -> None:
    for query, found in STRETCHES:
        response = (await staff.call("GET", "/Users", None, None, **query)).json()
        assert response["totalResults"] == 4
        told = [one["userName"] for one in response.get("Resources", ())]
        assert response["itemsPerPage"] == len(told)
        if found is not None:
            assert told == found


SENSELESS: tuple[dict[str, str], ...] = (
    {"sortBy": "displayName"},
    {"sortBy": "emails"},
    {"sortBy": f"{OFFICIAL}:personalId"},
    {"sortBy": "nothing"},
    {"sortOrder": "sideways"},
    {"count": "many"},
    {"startIndex": "1e9"},
    {"attributes": "userName", "excludedAttributes": "emails"},
)


async def test_an_order_or_stretch_that_makes_no_sense_is_refused(staff: HrSystem) -> None:
    for query in SENSELESS:
        assert (await staff.call("GET", "/Users", None, None, **query)).status_code == 400, query


async def test_no_more_than_two_hundred_are_told_at_once(world: World, hr: HrSystem) -> None:
    def add(tx: Any) -> Done[None]:
        for number in range(210):
            record = WantedRecord(employee_number=f"N{number:03}", agency_code="H24.08")
            join(tx, record, Hand(actor="operator:test", occasion=world.occasion)).unwrap()
        return Done(None)

    await world.write(add)
    response = (await hr.call("GET", "/Users", None, None, count="1000", attributes="userName")).json()
    assert (response["totalResults"], response["itemsPerPage"], len(response["Resources"])) == (210, 200, 200)
    rest = (await hr.call("GET", "/Users", None, None, startIndex="201", attributes="userName")).json()
    assert [one["userName"] for one in rest["Resources"]] == [f"N{number}" for number in range(200, 210)]


async def test_groups_are_read_off_the_posts(staff: HrSystem) -> None:
    response = (await staff.call("GET", "/Groups")).json()
    assert [one["id"] for one in response["Resources"]] == ["H24.08~desk-officer", "H24.08.1~leader"]
    assert "members" not in response["Resources"][0]
    one = (
        await staff.call("GET", "/Groups/H24.08.1~leader", None, None, attributes="displayName,members")
    ).json()
    assert one["displayName"] == "H24.08.1 leader"
    ids = {(await staff.read(member["value"]))["userName"]: member["value"] for member in one["members"]}
    assert ids.keys() == {"b2", "B3"}
    for asked, found in (
        ('displayName eq "H24.08 desk-officer"', 1),
        ('displayName sw "H24.08"', 2),
        ('id eq "H24.08.1~leader"', 1),
        (f'members.value eq "{ids["b2"]}"', 2),
        (f'members.value eq "{ids["B3"]}"', 1),
        ('members.value eq "x"', 0),
    ):
        answer = (await staff.call("GET", "/Groups", None, None, filter=asked)).json()
        assert answer["totalResults"] == found, asked
    refused = await staff.call("GET", "/Groups", None, None, filter='displayName co "leader"')
    assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidFilter")


async def test_users_and_groups_are_found_together(staff: HrSystem) -> None:  # §3.4.3
    async def search(**given: Any) -> dict[str, Any]:
        response = await staff.call("POST", "/.search", {"schemas": [_SEARCH], **given})
        assert response.status_code == 200, response.text
        return dict(response.json())

    everything = await search()
    kinds = [one["meta"]["resourceType"] for one in everything["Resources"]]
    assert (everything["totalResults"], kinds) == (6, ["User"] * 4 + ["Group"] * 2)
    across = await search(startIndex=4, count=2)
    assert [one["meta"]["resourceType"] for one in across["Resources"]] == ["User", "Group"]
    assert (await search(filter='userName eq "A1"'))["totalResults"] == 1
    assert (await search(filter='displayName sw "H24.08.1"'))["totalResults"] == 1
    assert (await search(filter='meta.resourceType eq "Group"'))["totalResults"] == 2
    refused = await staff.call(
        "POST", "/.search", {"schemas": [_SEARCH], "filter": f"{OFFICIAL}:personalId pr"}
    )
    assert refused.status_code == 400
    assert (await staff.call("POST", "/.search", {"filter": "userName pr"})).status_code == 400
