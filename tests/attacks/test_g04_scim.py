"""G04: a system of human resources reaches for what is not its own: others' records, administrators, citizens' keys.

Who may call at all, and how far each agency reaches, is in tests/scim/test_access.py.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.ids import OfficialId
from idp.officials.model import WantedPost
from idp.officials.roles import Role
from idp.officials.service import Hand, move
from idp.people.model import IdentifierScheme, Person, PersonProfile
from idp.scim.resources import ENTERPRISE, OFFICIAL
from tests.attacks.oracle import Oracle
from tests.organisations.samples import make_agency
from tests.scim.hr import AGENCIES, BULK, HrSystem, operations, post, user
from tests.scim.test_leaver import at_work
from tests.world import World

_REACHES = (
    {"op": "add", "path": "roles", "value": [{"value": "administrator"}]},
    {"op": "add", "path": "entitlements", "value": [{"value": "administrator"}]},
    {"op": "replace", "path": "password", "value": "chosen by the HR system"},
    {"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:password", "value": "chosen"},
    {"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:bitwarden:2.0:active", "value": True},
    {"op": "replace", "path": "id", "value": "0" * 32},
    {"op": "replace", "path": "meta.resourceType", "value": "Group"},
    {"op": "add", "path": "groups", "value": [{"value": "H24.10~leader"}]},
    {"op": "replace", "path": f"{OFFICIAL}:posts", "value": [post(roles=["security-officer"])]},
    {"op": "replace", "path": f"{OFFICIAL}:personalId", "value": {"$ne": ""}},
    {"op": "replace", "value": {"password": "chosen", "roles": ["administrator"]}},
    {"op": "replace", "path": "__proto__.active", "value": False},
)


@pytest.fixture
async def agencies(world: World) -> None:
    await world.write(lambda tx: Done([tx.agencies.put(make_agency(code)) for code in AGENCIES] and None))


@pytest.fixture
async def hr(world: World, oracle: Oracle, agencies: None) -> HrSystem:
    return await HrSystem.of(world, "H24.08")


@pytest.fixture
async def school(world: World, oracle: Oracle, agencies: None) -> HrSystem:
    return await HrSystem.of(world, "H24.10", client_id="school")


def _of_school(number: str, **changes: Any) -> dict[str, Any]:
    return user(
        number, **{ENTERPRISE: {"department": "H24.10"}, OFFICIAL: {"posts": [post("H24.10")]}, **changes}
    )


async def _person(world: World, person: Person) -> Person | None:
    return await world.provider.database.read(lambda tx: tx.people.get(person.person_id))


async def test_g04_an_external_id_that_is_another_s_id_or_name_leads_to_nobody_else(
    hr: HrSystem, school: HrSystem
) -> None:
    theirs = await hr.create(externalId="7")
    for external_id in (theirs["id"], theirs["userName"], "7", "1", "../" + theirs["id"]):
        made = await school.call(
            "POST", "/Users", _of_school(f"S-{len(external_id)}", externalId=external_id)
        )
        assert made.status_code in {201, 409}, made.text
        for method, body in (
            ("PATCH", operations({"op": "replace", "path": "active", "value": False})),
            ("DELETE", None),
            ("GET", None),
        ):
            assert (await school.call(method, f"/Users/{theirs['id']}", body)).status_code == 404
            by_name = await school.call(method, f"/Users/{external_id}", body)
            assert by_name.status_code in {404, 405}, (method, external_id)
    assert await hr.read(theirs["id"]) == theirs


@pytest.mark.parametrize("member", ["externalId", "userName", "displayName"])
async def test_g04_ten_thousand_letters_are_refused_and_nothing_is_made(hr: HrSystem, member: str) -> None:
    document = user("CB9") | {member: "x" * 10_000}
    refused = await hr.call("POST", "/Users", document)
    assert refused.status_code == 400, refused.text
    assert await hr.found() == []


async def test_g04_no_path_reaches_roles_passwords_or_what_the_provider_keeps(
    world: World, hr: HrSystem
) -> None:
    official, _, _, _ = await at_work(world, hr, "trang", "031184990001")
    before = await hr.read(official)
    person = await world.provider.database.read(
        lambda tx: tx.people.find_by_identifier(IdentifierScheme.USERNAME, "trang")
    )
    assert person is not None
    password = await world.provider.database.read(lambda tx: tx.passwords.get(person.person_id))
    for reach in _REACHES:
        answer = await hr.call("PATCH", f"/Users/{official}", operations(reach))
        assert answer.status_code < 500, reach
        after = await hr.read(official)
        assert {**after, "meta": None} == {**before, "meta": None}, (reach, answer.text)
    assert await _person(world, person) == person
    assert await world.provider.database.read(lambda tx: tx.passwords.get(person.person_id)) == password


async def test_g04_the_name_of_an_administrator_gives_no_hand_on_them(world: World, hr: HrSystem) -> None:
    admin, citizen = await world.citizen("quan-tri")
    made = await hr.create("quan-tri", emails=[{"value": "quan-tri@haiphong.example"}])
    switched_off = operations({"op": "replace", "value": {"active": False}})
    assert (await hr.call("PATCH", f"/Users/{made['id']}", switched_off)).status_code == 200
    assert (await hr.call("DELETE", f"/Users/{made['id']}")).status_code == 204
    assert await _person(world, admin) == admin
    rp = await world.client("portal")
    browser = world.browser()
    page = await citizen.sign_in(browser, await browser.get(rp.authorize_url()), at=world.time().timestamp())
    assert page.status in {200, 303}
    assert "error" not in page.answer if page.left_for else True


async def test_g04_who_is_made_again_after_leaving_gets_nothing_back(world: World, hr: HrSystem) -> None:
    official, rp, _, tokens = await at_work(world, hr, "trang", "031184990001")
    assert (await hr.call("DELETE", f"/Users/{official}")).status_code == 204
    document = user("N-trang")
    document[OFFICIAL] = {"personalId": "031184990001", "posts": [post()]}
    again = await hr.call("POST", "/Users", document)
    assert again.status_code == 201
    assert again.json()["id"] != official
    refreshed = await rp.token(world.http, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed.json()["error"] == "invalid_grant"
    assert (await world.userinfo(tokens["access_token"])).status_code == 401


async def test_g04_ten_thousand_operations_at_once_do_nothing(hr: HrSystem) -> None:
    many = [{"method": "POST", "path": "/Users", "bulkId": str(n), "data": {}} for n in range(10_000)]
    refused = await hr.call("POST", "/Bulk", {"schemas": [BULK], "Operations": many})
    assert refused.status_code == 413, refused.text
    assert await hr.found() == []


_PROFILE = PersonProfile(full_name="Mạc Văn Lợi", birthdate="1984-03-14")
_OTHER = "031184990777"
"""Of somebody the HR system would rather see in the post."""


async def _at_another_agency(world: World, official: str) -> None:
    """The city's own HR adds a post at an agency that H24.08 does not reach."""
    city = await HrSystem.of(world, "H24", client_id="hr-of-the-city")
    posts = [post(), post("H24.10")]
    change = operations({"op": "replace", "path": f"{OFFICIAL}:posts", "value": posts})
    assert (await city.call("PATCH", f"/Users/{official}", change)).status_code == 200


async def _of_the_city(world: World, official: str) -> None:
    """An operator gives a role of the whole city, at the very agency of the HR system."""
    given = WantedPost(agency_code="H24.08", position="Điều tra viên", roles=(Role.SECURITY_OFFICER,))
    hand = Hand(actor="operator:test", occasion=world.occasion)
    await world.write(lambda tx: move(tx, OfficialId(official), ended=(), begun=(given,), hand=hand))


@pytest.mark.parametrize("give", [_at_another_agency, _of_the_city])
@pytest.mark.parametrize("has_person", [True, False])
async def test_g04_a_post_that_others_gave_is_handed_to_nobody_else_by_another_number(
    world: World, hr: HrSystem, give: Callable[[World, str], Awaitable[None]], *, has_person: bool
) -> None:
    if has_person:
        official, _, _, _ = await at_work(world, hr, "trang", "031184990001")
    else:
        official = (await hr.create())["id"]
    other = await world.person("mallory", profile=replace(_PROFILE, personal_id=_OTHER))
    await give(world, official)
    before = await world.provider.database.read(lambda tx: tx.officials.get(OfficialId(official)))
    for value in (_OTHER, "031184990778"):
        change = operations({"op": "replace", "path": f"{OFFICIAL}:personalId", "value": value})
        refused = await hr.call("PATCH", f"/Users/{official}", change)
        assert refused.status_code in {400, 403}, refused.text
    after = await world.provider.database.read(lambda tx: tx.officials.get(OfficialId(official)))
    assert after == before
    assert await world.provider.database.read(lambda tx: tx.officials.of_person(other.person_id)) == ()
    refusals = await world.records(EventType.OFFICIAL_REFUSED)
    assert {event.payload["member"] for event in refusals} == {"personal_id"}


async def test_g04_the_number_of_before_is_stated_again_whatever_others_gave(
    world: World, hr: HrSystem
) -> None:
    official, _, _, _ = await at_work(world, hr, "trang", "031184990001")
    await _at_another_agency(world, official)
    document = {**user("N-trang"), OFFICIAL: {"personalId": "031184990001", "posts": [post()]}}
    assert (await hr.call("PUT", f"/Users/{official}", document)).status_code == 200
