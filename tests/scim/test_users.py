"""Users – RFC 7644 §3.3 to §3.6, §3.14: made, read, replaced, modified, removed; what is refused, and how."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.ids import OfficialId, PersonId
from idp.people.model import Person, PersonProfile
from idp.scim.resources import CORE, ENTERPRISE, OFFICIAL
from idp.transaction import Tx
from tests.docs.test_keep_officials import document_of_the_page
from tests.organisations.samples import make_agency
from tests.scim.hr import HrSystem, operations, post, user
from tests.world import World

NUMBER = "031194990032"


async def test_a_joiner_is_made_and_read_back_with_version_and_place(
    world: World, hr: HrSystem
) -> None:  # §3.3
    response = await hr.call("POST", "/Users", user(externalId="hr-7"))
    assert response.status_code == 201
    assert response.headers["content-type"] == "application/scim+json"
    assert response.headers["cache-control"] == "no-store"
    made = response.json()
    assert (
        response.headers["location"]
        == made["meta"]["location"]
        == f"{world.issuer}/scim/v2/Users/{made['id']}"
    )
    assert response.headers["etag"] == made["meta"]["version"]
    assert made["schemas"] == [CORE, ENTERPRISE, OFFICIAL]
    assert (made["userName"], made["active"], made["externalId"]) == ("CB1", True, "hr-7")
    assert made[ENTERPRISE] == {"department": "H24.08"}
    assert made[OFFICIAL]["posts"] == [post(validFrom="2026-03-02")]
    assert [one["value"] for one in made["groups"]] == ["H24.08~case-officer"]
    assert await hr.read(made["id"]) == made
    unchanged = await hr.call(
        "GET", f"/Users/{made['id']}", headers={"if-none-match": made["meta"]["version"]}
    )
    assert unchanged.status_code == 304


async def test_the_personal_id_number_is_taken_and_never_told_or_logged(
    world: World, hr: HrSystem, caplog: pytest.LogCaptureFixture
) -> None:
    document = user()
    document[OFFICIAL]["personalId"] = NUMBER
    response = await hr.call("POST", "/Users", document)
    assert response.status_code == 201
    made = response.json()["id"]
    texts = [response.text]
    for query in ({}, {"attributes": f"{OFFICIAL}:personalId"}, {"attributes": OFFICIAL}):
        texts.append((await hr.call("GET", f"/Users/{made}", None, None, **query)).text)
    change = operations({"op": "replace", "path": f"{OFFICIAL}:personalId", "value": NUMBER})
    texts.append((await hr.call("PATCH", f"/Users/{made}", change)).text)
    document[OFFICIAL]["personalId"] = f"{NUMBER}9"
    refused = await hr.call("PUT", f"/Users/{made}", document)
    assert refused.status_code == 400
    asked = await hr.call("GET", "/Users", None, None, filter=f'{OFFICIAL}:personalId eq "{NUMBER}"')
    assert (asked.status_code, asked.json()["scimType"]) == (400, "invalidFilter")
    texts += [refused.text, str(await world.records()), caplog.text]
    assert not [text for text in texts if NUMBER in text]


async def test_hr_can_t_tell_whether_the_city_knows_a_number(world: World, hr: HrSystem) -> None:
    document, unknown = user("CB1"), user("CB2")
    person = await _known_as(world, NUMBER)
    document[OFFICIAL]["personalId"], unknown[OFFICIAL]["personalId"] = NUMBER, "031194990099"
    answers = [(await hr.call("POST", "/Users", one)).json() for one in (document, unknown)]
    joined = await world.provider.database.read(lambda tx: tx.officials.of_person(person.person_id))
    assert [one.official_id for one in joined] == [answers[0]["id"]]
    for one in answers:
        for member in ("id", "userName", "emails", "meta"):
            del one[member]
    assert answers[0] == answers[1]


async def test_hr_can_t_tell_when_the_city_begins_or_ceases_to_know_a_number(
    world: World, hr: HrSystem
) -> None:
    document = user()
    document[OFFICIAL]["personalId"] = NUMBER
    made = (await hr.call("POST", "/Users", document)).json()

    async def again(*, is_joined: bool) -> None:
        world.time.move(seconds=30)
        stated = await hr.call("PUT", f"/Users/{made['id']}", document)
        assert stated.json()["meta"] == made["meta"]
        assert bool(await _joined(world, made["id"])) is is_joined

    await again(is_joined=False)
    person = await _known_as(world, NUMBER)
    await again(is_joined=True)
    for level, is_joined in ((1, False), (2, True)):
        changed = replace(person, account_level=level)
        await world.write(partial(_put, person=changed))
        await again(is_joined=is_joined)


async def test_another_number_is_a_change_whoever_has_it(world: World, hr: HrSystem) -> None:
    await _known_as(world, NUMBER)
    document = user()
    latest = [(await hr.call("POST", "/Users", document)).json()]
    for number in (NUMBER, "031194990099", "031194990098", NUMBER):
        world.time.move(seconds=30)
        document[OFFICIAL]["personalId"] = number
        latest.append((await hr.call("PUT", f"/Users/{latest[0]['id']}", document)).json())
    assert len({one["meta"]["lastModified"] for one in latest}) == len(latest)


async def _known_as(world: World, number: str) -> Person:
    """Somebody whom the national system vouched for with this number."""
    return await world.person(profile=PersonProfile(full_name="Phạm Thu Trang", personal_id=number))


def _put(tx: Tx, *, person: Person) -> Done[None]:
    tx.people.update(person)
    return Done(None)


async def _joined(world: World, official_id: str) -> PersonId | None:
    official = await world.provider.database.read(lambda tx: tx.officials.get(OfficialId(official_id)))
    assert official is not None
    return official.person_id


async def test_an_employee_number_is_unique_and_free_again_once_removed(hr: HrSystem) -> None:  # §3.3, §3.6
    made = await hr.create("CB1")
    again = await hr.call("POST", "/Users", user("cb1"))
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
    assert (await hr.call("DELETE", f"/Users/{made['id']}")).status_code == 204
    for method, body in (("GET", None), ("PUT", user()), ("PATCH", operations()), ("DELETE", None)):
        gone = await hr.call(method, f"/Users/{made['id']}", body)
        assert gone.status_code == (400 if method == "PATCH" else 404), (method, gone.text)
    assert await hr.found() == []
    assert (await hr.create("CB1"))["id"] != made["id"]


async def test_the_record_of_who_was_removed_is_kept(world: World, hr: HrSystem) -> None:
    made = await hr.create()
    await hr.call("DELETE", f"/Users/{made['id']}")
    kept = await world.provider.database.read(lambda tx: tx.officials.get(made["id"]))
    assert kept is not None
    assert kept.removed_at is not None
    assert [one.agency_code for one in kept.posts] == ["H24.08"]
    assert await world.events(EventType.OFFICIAL_REMOVED) == [EventType.OFFICIAL_REMOVED]


REFUSED: tuple[tuple[dict[str, Any], str | None], ...] = (
    ({"userName": None}, "invalidValue"),
    ({"userName": "a b"}, "invalidValue"),
    ({"userName": 7}, "invalidValue"),
    ({"active": "maybe"}, "invalidValue"),
    ({"active": None}, "invalidValue"),
    ({"nickName": "Tí"}, "invalidSyntax"),
    ({"password": "x"}, "invalidSyntax"),
    ({"roles": [{"value": "admin"}]}, "invalidSyntax"),
    ({"schemas": ["urn:x"]}, "invalidSyntax"),
    ({"urn:x:y": {"a": 1}}, "invalidSyntax"),
    ({"emails": [{"value": "a@b.example"}, {"value": "c@d.example"}]}, "invalidValue"),
    ({"emails": [{"value": "nobody"}]}, "invalidValue"),
    ({"externalId": "x" * 10_000}, "invalidValue"),
    ({ENTERPRISE: {"department": "Sở Y tế"}}, "invalidValue"),
    ({ENTERPRISE: {"department": "H24.99"}}, None),
    ({ENTERPRISE: {}}, "invalidValue"),
    ({OFFICIAL: {"posts": [post(roles=["archmage"])]}}, "invalidValue"),
    ({OFFICIAL: {"posts": [post(validFrom="01/07/2025")]}}, "invalidValue"),
    ({OFFICIAL: {"posts": [post(validFrom="2026-02-01", validTo="2026-01-01")]}}, "invalidValue"),
    ({OFFICIAL: {"posts": [post(validFrom="0001-01-01")]}}, "invalidValue"),
    ({OFFICIAL: {"posts": [post(validFrom="9999-12-31")]}}, "invalidValue"),
    ({OFFICIAL: {"posts": [post(validTo="9999-12-31")]}}, "invalidValue"),
    ({OFFICIAL: {"posts": [post(commune="Lê Chân")]}}, "invalidValue"),
    ({OFFICIAL: {"posts": [{"agency": "H24.08"}]}}, "invalidValue"),
    ({OFFICIAL: {"posts": "all"}}, "invalidValue"),
    ({OFFICIAL: {"personalId": "1234"}}, "invalidValue"),
)


async def test_what_can_t_be_kept_is_refused_in_scim_s_own_form(hr: HrSystem) -> None:  # §3.12
    for changes, scim_type in REFUSED:
        document = {name: value for name, value in {**user(), **changes}.items() if value is not None}
        response = await hr.call("POST", "/Users", document)
        error = response.json()
        assert response.headers["content-type"] == "application/scim+json"
        assert error["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert (response.status_code, error["status"]) == ((400, "400") if scim_type else (403, "403"))
        assert error.get("scimType") == scim_type
    assert await hr.found() == []


async def test_a_body_that_is_no_json_object_is_refused(world: World, hr: HrSystem) -> None:
    headers = {"authorization": f"Bearer {hr.token}", "content-type": "application/scim+json"}
    for body in [b"", b"[]", b"{", b'{"a": 1, "a": 2}', b"\xff", b"7"]:
        response = await world.http.post("/scim/v2/Users", content=body, headers=headers)
        assert (response.status_code, response.json()["scimType"]) == (400, "invalidSyntax")
    response = await world.http.post(
        "/scim/v2/Users", content=b"{}", headers={**headers, "content-type": "text/plain"}
    )
    assert response.status_code == 415


async def test_a_put_replaces_the_record_and_ends_posts_that_are_left_out(hr: HrSystem) -> None:  # §3.5.1
    made = await hr.create()
    second = user(displayName="Phạm Thị Thu Trang")
    second[OFFICIAL] = {"posts": [post("H24.08.1", roles=["leader"])]}
    response = await hr.call("PUT", f"/Users/{made['id']}", second)
    assert response.status_code == 200
    after = response.json()
    assert [one["agency"] for one in after[OFFICIAL]["posts"]] == ["H24.08.1"]
    assert after["displayName"] == "Phạm Thị Thu Trang"
    assert after["meta"]["version"] != made["meta"]["version"]
    again = await hr.call("PUT", f"/Users/{made['id']}", second)
    assert again.json()["meta"] == after["meta"], "the same again is no change"


async def test_a_change_of_an_outdated_version_is_refused_and_changes_nothing(hr: HrSystem) -> None:  # §3.14
    made = await hr.create()
    path, first = f"/Users/{made['id']}", {"if-match": made["meta"]["version"]}
    change = operations({"op": "replace", "path": "displayName", "value": "A"})
    changed = await hr.call("PATCH", path, change, first)
    assert changed.status_code == 200
    for method, body in (("PATCH", change), ("PUT", user()), ("DELETE", None)):
        response = await hr.call(method, path, body, first)
        assert (response.status_code, response.json()["status"]) == (412, "412")
    assert (await hr.read(made["id"]))["displayName"] == "A"
    newest = {"if-match": f'W/"9", {changed.headers["etag"]}'}
    assert (await hr.call("DELETE", path, None, newest)).status_code == 204


CHANGES: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"op": "replace", "path": "displayName", "value": "B"}, {"displayName": "B"}),
    ({"op": "Replace", "path": "DISPLAYNAME", "value": "B"}, {"displayName": "B"}),
    (
        {"op": "replace", "value": {"displayName": "B", "externalId": "e"}},
        {"displayName": "B", "externalId": "e"},
    ),
    ({"op": "remove", "path": "displayName"}, {"displayName": None}),
    ({"op": "add", "path": "name.familyName", "value": "Phạm"}, {"name": {"familyName": "Phạm"}}),
    (
        {"op": "replace", "path": "emails.value", "value": "x@y.example"},
        {"emails": [{"value": "x@y.example"}]},
    ),
    ({"op": "replace", "path": f"{CORE}:userName", "value": "CB7"}, {"userName": "CB7"}),
)


async def test_parts_are_changed_by_path_whatever_its_case(hr: HrSystem) -> None:  # §3.5.2
    made = await hr.create()
    for operation, expected in CHANGES:
        response = await hr.call("PATCH", f"/Users/{made['id']}", operations(operation))
        assert response.status_code == 200, response.text
        after = response.json()
        assert {name: after.get(name) for name in expected} == expected


async def test_a_post_is_added_changed_and_removed_by_a_filter_in_the_path(hr: HrSystem) -> None:  # §3.5.2
    made = await hr.create()
    path, posts = f"/Users/{made['id']}", f"{OFFICIAL}:posts"
    second = post("H24.08.1", position="Trưởng phòng", roles=["leader"])
    for operation, expected in (
        (
            {"op": "add", "path": posts, "value": [second]},
            {"H24.08": "Chuyên viên", "H24.08.1": "Trưởng phòng"},
        ),
        (
            {"op": "replace", "path": f'{posts}[agency eq "H24.08.1"].position', "value": "Phó phòng"},
            {"H24.08": "Chuyên viên", "H24.08.1": "Phó phòng"},
        ),
        ({"op": "remove", "path": f'{posts}[agency eq "H24.08"]'}, {"H24.08.1": "Phó phòng"}),
    ):
        response = await hr.call("PATCH", path, operations(operation))
        assert response.status_code == 200, response.text
        assert {one["agency"]: one["position"] for one in response.json()[OFFICIAL]["posts"]} == expected
    missed = operations({"op": "replace", "path": f'{posts}[agency eq "H24.10"].position', "value": "x"})
    response = await hr.call("PATCH", path, missed)
    assert (response.status_code, response.json()["scimType"]) == (400, "noTarget")


LEADS_NOWHERE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"op": "remove"}, "noTarget"),
    ({"op": "move", "path": "displayName", "value": "x"}, "invalidValue"),
    ({"op": "replace", "path": "id", "value": "x"}, "mutability"),
    ({"op": "replace", "path": "groups", "value": []}, "mutability"),
    ({"op": "replace", "path": "meta.version", "value": "x"}, "mutability"),
    ({"op": "remove", "path": "userName"}, "mutability"),
    ({"op": "replace", "path": "password", "value": "x"}, "invalidPath"),
    ({"op": "replace", "path": "urn:x:y:active", "value": "x"}, "invalidPath"),
    ({"op": "replace", "path": "emails[", "value": "x"}, "invalidPath"),
    ({"op": "replace", "path": "active", "value": "maybe"}, "invalidValue"),
    ({"op": "replace", "path": f"{OFFICIAL}:personalId", "value": {"x": "031194990032"}}, "invalidValue"),
    ({"op": "replace", "path": "x" * 2_000, "value": "x"}, "invalidPath"),
    ({"op": "remove", "path": "emails[" + "not (" * 30 + "value pr" + ")" * 30 + "]"}, "invalidPath"),
    ({"op": "add", "value": {"x" * 2_000: "y"}}, "invalidPath"),
)


async def test_a_path_that_leads_nowhere_or_may_not_be_written_is_refused(hr: HrSystem) -> None:
    made = await hr.create()
    for operation, scim_type in LEADS_NOWHERE:
        response = await hr.call("PATCH", f"/Users/{made['id']}", operations(operation))
        assert (response.status_code, response.json().get("scimType")) == (400, scim_type)
        assert "pydantic" not in response.text
    assert await hr.read(made["id"]) == made


async def test_who_is_not_active_has_no_post_and_may_come_back(hr: HrSystem) -> None:
    made = await hr.create()
    path = f"/Users/{made['id']}"
    left = await hr.call("PATCH", path, operations({"op": "replace", "path": "active", "value": False}))
    assert (left.json()["active"], left.json().get(OFFICIAL), left.json().get("groups")) == (
        False,
        None,
        None,
    )
    put_right = await hr.call(
        "PATCH", path, operations({"op": "replace", "path": "displayName", "value": "B"})
    )
    assert (put_right.json()["active"], put_right.json()["displayName"]) == (False, "B")
    back = operations(
        {"op": "replace", "path": "active", "value": True},
        {"op": "add", "path": f"{OFFICIAL}:posts", "value": [post()]},
    )
    returned = (await hr.call("PATCH", path, back)).json()
    assert (returned["active"], len(returned[OFFICIAL]["posts"])) == (True, 1)


async def test_attributes_choose_what_is_told(hr: HrSystem) -> None:  # §3.9
    made = await hr.create()
    path = f"/Users/{made['id']}"
    some = (await hr.call("GET", path, None, None, attributes="userName,emails")).json()
    assert some.keys() == {"schemas", "id", "userName", "emails"}
    rest = (await hr.call("GET", path, None, None, excludedAttributes="emails,groups")).json()
    assert rest.keys() == made.keys() - {"emails", "groups"}
    asked = (await hr.call("GET", path, None, None, attributes=f"{ENTERPRISE}:employeeNumber")).json()
    assert asked[ENTERPRISE] == {"employeeNumber": "CB1"}


async def test_the_request_of_the_guide_makes_an_official(world: World) -> None:
    await world.write(lambda tx: Done(tx.agencies.put(make_agency("H24.11")) and None))
    of_the_guide = document_of_the_page()
    response = await (await HrSystem.of(world, "H24.11")).call("POST", "/Users", of_the_guide)
    assert (response.status_code, response.json()["userName"]) == (201, of_the_guide["userName"])
