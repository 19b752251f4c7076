"""G04: a system of human resources reaches for what is not its own: others' records, administrators, citizens' keys.

Who may call at all, and how far each agency reaches, is in tests/scim/test_access.py.
"""

from typing import Any

import pytest

from idp.database import Done
from idp.people.model import IdentifierScheme, Person
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
