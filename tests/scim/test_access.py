"""Who may call, and how far a hand reaches – SECURITY G01, G04, B11, B14; RFC 6750."""

from collections.abc import Sequence

import pytest

from idp import metrics
from idp.audit.events import EventType
from idp.scim.resources import ENTERPRISE, OFFICIAL
from tests.scim.hr import BASE, HrSystem, operations, post, user
from tests.world import World

EVERYTHING = (
    ("GET", "/Users"),
    ("POST", "/Users"),
    ("GET", "/Users/x"),
    ("PUT", "/Users/x"),
    ("PATCH", "/Users/x"),
    ("DELETE", "/Users/x"),
    ("POST", "/Users/.search"),
    ("GET", "/Groups"),
    ("GET", "/Groups/H24.08~leader"),
    ("POST", "/Groups/.search"),
    ("POST", "/.search"),
    ("POST", "/Bulk"),
)


async def statuses(hr: HrSystem, calls: Sequence[tuple[str, str]] = EVERYTHING) -> set[int]:
    return {
        (await hr.call(method, path, {} if method not in {"GET", "DELETE"} else None)).status_code
        for method, path in calls
    }


async def test_without_a_token_everything_is_challenged_and_discovery_is_for_all(world: World) -> None:
    for method, path in EVERYTHING:
        response = await world.http.request(method, BASE + path)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == f'Bearer realm="{world.issuer}"'
        assert response.json()["status"] == "401"
    for path in (
        "/ServiceProviderConfig",
        "/ResourceTypes",
        "/Schemas",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    ):
        assert (await world.http.get(BASE + path)).status_code == 200


async def test_a_client_bound_to_no_agency_reaches_nothing(world: World) -> None:
    assert await statuses(await HrSystem.of(world, "")) == {403}


async def test_a_token_of_another_kind_audience_or_scope_opens_nothing(world: World, hr: HrSystem) -> None:
    rp = await world.client(audiences=(world.issuer + BASE,), protected_resources=())
    tokens = await world.tokens(rp, await world.visitor(rp))
    machine = await world.machine("other", audiences=("https://other.example/", world.issuer + BASE))
    other = (await machine.token(world.http, grant_type="client_credentials")).json()["access_token"]
    ours = (
        await machine.token(world.http, grant_type="client_credentials", resource=world.issuer + BASE)
    ).json()["access_token"]
    wrong = (
        tokens["access_token"],
        tokens["id_token"],
        tokens.get("refresh_token", "x"),
        other,
        "x",
        hr.token[:-2],
    )
    for token in wrong:
        assert await statuses(HrSystem(world=world, token=token), EVERYTHING[:2]) == {401}
    assert await statuses(HrSystem(world=world, token=ours), EVERYTHING[:2]) == {
        403
    }  # data.read is no scim.read


async def test_who_may_only_read_changes_nothing(world: World) -> None:
    reader = await HrSystem.of(world, "H24.08", scopes=("scim.read",))
    assert (await reader.call("GET", "/Users")).status_code == 200
    response = await reader.call("POST", "/Users", user())
    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers["www-authenticate"]


async def test_a_token_dies_at_once_with_its_revocation_client_scope_or_binding(
    world: World,
) -> None:  # bound A
    for number, spoil in enumerate(
        ("revoke", {"enabled": False}, {"scopes": frozenset({"scim.read"})}, {"hr_agency": ""})
    ):
        name = f"hr-{number}"
        hr = await HrSystem.of(world, "H24.08", client_id=name)
        assert (await hr.call("POST", "/Users", user(f"N{number}"))).status_code == 201
        if isinstance(spoil, dict):
            await world.change_client(name, **spoil)
        else:
            assert hr.machine is not None
            await hr.machine.back_channel(world.http, "/revoke", token=hr.token)
        refused = await hr.call("POST", "/Users", user("X"))
        assert refused.status_code in {401, 403}, (spoil, refused.text)


@pytest.fixture
async def city(world: World) -> HrSystem:
    return await HrSystem.of(world, "H24", client_id="city")


@pytest.fixture
async def school(world: World) -> HrSystem:
    """The HR system of another department."""
    return await HrSystem.of(world, "H24.10", client_id="school")


async def test_another_agency_s_record_is_as_unknown_as_none(hr: HrSystem, school: HrSystem) -> None:  # G01
    made = await hr.create()
    for user_id in (made["id"], "0" * 32):
        path = f"/Users/{user_id}"
        answers = [
            await school.call("GET", path),
            await school.call(
                "PUT", path, user("CB1", **{ENTERPRISE: {"department": "H24.10"}, OFFICIAL: {}})
            ),
            await school.call("PATCH", path, operations({"op": "remove", "path": "displayName"})),
            await school.call("DELETE", path),
        ]
        assert {(one.status_code, one.json()["detail"]) for one in answers} == {(404, "no such user")}
    assert await school.found() == []
    assert await school.found('userName eq "CB1"') == []
    assert (await school.call("GET", "/Groups")).json()["totalResults"] == 0
    assert (await school.call("GET", "/Groups/H24.08~case-officer")).status_code == 404
    assert await hr.read(made["id"]) == made


async def test_nothing_is_stated_beside_or_above_the_own_agencies_and_that_is_on_record(
    world: World, hr: HrSystem
) -> None:
    made = await hr.create()
    for changes in (
        {ENTERPRISE: {"department": "H24.10"}},
        {ENTERPRISE: {"department": "H24"}},
        {OFFICIAL: {"posts": [post("H24.10")]}},
        {OFFICIAL: {"posts": [post(roles=["security-officer"])]}},
    ):
        assert (await hr.call("POST", "/Users", user("CB2", **changes))).status_code == 403
        assert (await hr.call("PUT", f"/Users/{made['id']}", user("CB1", **changes))).status_code == 403
    records = await world.records(EventType.OFFICIAL_REFUSED)
    assert len(records) == 8
    assert {record.actor for record in records} == {"client:hr"}
    assert await hr.found() == ["CB1"]


async def test_posts_elsewhere_are_neither_shown_nor_changed(hr: HrSystem, city: HrSystem) -> None:
    both = user("CB1", **{OFFICIAL: {"posts": [post(), post("H24.101", roles=["leader"])]}})
    made = (await city.call("POST", "/Users", both)).json()
    seen = await hr.read(made["id"])
    assert [one["agency"] for one in seen[OFFICIAL]["posts"]] == ["H24.08"]
    assert [one["value"] for one in seen["groups"]] == ["H24.08~case-officer"]
    assert await hr.found(f'{OFFICIAL}:posts.agency eq "H24.101"') == []
    assert await hr.found('groups.value eq "H24.101~leader"') == []
    assert await city.found(f'{OFFICIAL}:posts.agency eq "H24.101"') == ["CB1"]
    assert (
        await hr.call("PUT", f"/Users/{made['id']}", user("CB1", **{OFFICIAL: {"posts": []}}))
    ).status_code == 200
    assert [one["agency"] for one in (await city.read(made["id"]))[OFFICIAL]["posts"]] == ["H24.101"]


async def test_what_one_system_calls_a_record_no_other_sees(hr: HrSystem, city: HrSystem) -> None:  # G04
    made = await hr.create(externalId="mine")
    assert "externalId" not in await city.read(made["id"])
    assert await city.found('externalId eq "mine"') == []
    assert await hr.found('externalId eq "mine"') == ["CB1"]
    change = operations({"op": "add", "path": "externalId", "value": made["id"]})
    assert (await city.call("PATCH", f"/Users/{made['id']}", change)).json()["externalId"] == made["id"]
    assert (await hr.read(made["id"]))["externalId"] == "mine"


async def test_reading_is_on_record_once_a_day_and_client(world: World, hr: HrSystem) -> None:
    for _ in range(3):
        await hr.found()
    (record,) = await world.records(EventType.OFFICIALS_READ)
    assert (record.actor, record.payload) == ("client:hr", {"client_id": "hr", "agency": "H24.08"})


NOT_OFFERED = (
    ("GET", "/", 404),
    ("GET", "/Me", 404),
    ("GET", "/Users/", 404),
    ("GET", "/Users/x/y", 404),
    ("GET", "/Nothing", 404),
    ("POST", "/Groups", 405),
    ("DELETE", "/Groups/H24.08~leader", 405),
    ("POST", "/ServiceProviderConfig", 405),
    ("GET", "/Bulk", 405),
    ("GET", "/Schemas/urn:x", 404),
)


async def test_what_is_not_offered_is_refused_in_scim_s_form(hr: HrSystem) -> None:
    for method, path, status in NOT_OFFERED:
        response = await hr.call(method, path)
        assert (response.status_code, response.json()["status"]) == (status, str(status))
        assert response.headers["content-type"] == "application/scim+json"


async def test_all_addresses_of_one_service_are_one_route_in_the_metrics(hr: HrSystem) -> None:
    before = dict(metrics.REQUEST_SECONDS.series())
    made = await hr.create()
    await hr.read(made["id"])
    told = {labels[0] for labels in metrics.REQUEST_SECONDS.series().keys() - before.keys()}
    assert told <= {"/scim/v2/", "/token"}
    assert any(labels[0] == "/scim/v2/" for labels in metrics.REQUEST_SECONDS.series())


async def test_a_body_too_large_is_refused_in_scim_s_form(hr: HrSystem) -> None:
    response = await hr.call("POST", "/Bulk", {"Operations": "x" * 70_000})
    assert (response.status_code, response.json()["status"]) == (413, "413")
