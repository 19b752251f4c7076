"""An official signs in through the front door; HR ends the post, and everything is refused at once (SECURITY B10)."""

from dataclasses import replace
from datetime import datetime, time, timedelta, timezone
from typing import Any

from idp.database import Done
from idp.people.model import Person
from idp.protocol.acting import ContextKind
from idp.protocol.facts import LocalLogin
from idp.scim.resources import OFFICIAL
from tests.driver import Browser, RelyingParty, b64decode_json
from tests.scim.hr import HrSystem, operations, post, user
from tests.world import World

LEAVES = {
    "active": operations({"op": "replace", "value": {"active": False}}),
    "posts": operations({"op": "remove", "path": f"{OFFICIAL}:posts"}),
    "delete": None,
}
OTHER_ROLES = operations({"op": "replace", "path": f"{OFFICIAL}:posts", "value": [post(roles=["leader"])]})
SCOPE = "openid profile agency position roles offline_access"


async def at_work(
    world: World, hr: HrSystem, name: str, number: str, **of_post: str
) -> tuple[str, RelyingParty, Browser, dict[str, Any]]:
    """An official who has signed in at a service for officials: their record, the service, browser and tokens."""
    rp = await world.client(
        f"egov-{name}",
        subject_contexts=(ContextKind.OFFICIAL,),
        local_login=LocalLogin.NEVER,
        scopes=frozenset(SCOPE.split()),
        audiences=(),
    )
    person, citizen = await world.citizen(name)
    profile = replace(person.profile, personal_id=number)
    await world.write(lambda tx: _known(tx, replace(person, profile=profile)))
    document = user(f"N-{name}")
    document[OFFICIAL] = {"personalId": number, "posts": [post(**of_post)]}
    made = (await hr.call("POST", "/Users", document)).json()
    await world.agree(person.person_id, rp)
    browser = world.browser()
    page = await browser.get(rp.authorize_url(scope=SCOPE))
    page = await citizen.sign_in(browser, page, at=world.time().timestamp())
    while page.left_for is None:
        page = await browser.press(page, "submit")
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    return made["id"], rp, browser, tokens


def _known(tx: Any, person: Person) -> Done[None]:
    tx.people.update(person)
    return Done(None)


async def test_who_leaves_loses_session_refresh_userinfo_and_introspection_at_once(
    world: World, hr: HrSystem
) -> None:
    for number, (how, change) in enumerate(LEAVES.items()):
        official_id, rp, browser, tokens = await at_work(world, hr, how, f"03119499003{number}")
        assert b64decode_json(tokens["id_token"].split(".")[1])["ctx"] == "official"
        told = (await world.userinfo(tokens["access_token"])).json()
        assert (told["agency"], told["roles"]) == ("H24.08", ["case-officer"])
        assert await alive(world, rp, browser, tokens) == {"userinfo", "introspection", "session", "refresh"}
        answer = await hr.call("DELETE" if change is None else "PATCH", f"/Users/{official_id}", change)
        assert answer.status_code in {200, 204}
        assert await alive(world, rp, browser, tokens) == set()


async def test_other_roles_are_another_post_and_end_the_tokens_but_not_the_session(
    world: World, hr: HrSystem
) -> None:
    official_id, rp, browser, tokens = await at_work(world, hr, "mover", "031194990039")
    assert (await hr.call("PATCH", f"/Users/{official_id}", OTHER_ROLES)).status_code == 200
    assert await alive(world, rp, browser, tokens) == {"session"}


async def test_what_was_given_under_a_post_ends_with_its_last_day_whether_a_job_runs_or_not(
    world: World, hr: HrSystem
) -> None:
    world.time.move(hours=10)
    assert hr.machine is not None
    answer = await hr.machine.token(world.http, grant_type="client_credentials")
    hr.token = answer.json()["access_token"]
    today = world.time().date()
    _, rp, browser, tokens = await at_work(world, hr, "term", "031194990038", validTo=today.isoformat())
    assert await alive(world, rp, browser, tokens) == {"userinfo", "introspection", "session", "refresh"}
    midnight = datetime.combine(today + timedelta(days=1), time(), timezone(timedelta(hours=7)))
    while world.time() < midnight - timedelta(minutes=4):
        step = min(timedelta(minutes=20), midnight - timedelta(minutes=2) - world.time())
        world.time.move(seconds=step.total_seconds())
        assert "refresh" in await alive(world, rp, browser, tokens)
    assert b64decode_json(tokens["access_token"].split(".")[1])["exp"] <= midnight.timestamp()
    world.time.move(seconds=120)
    assert await alive(world, rp, browser, tokens) == set()


async def alive(world: World, rp: RelyingParty, browser: Browser, tokens: dict[str, Any]) -> set[str]:
    """Return what still works; what was refreshed replaces the tokens."""
    found = set()
    if (await world.userinfo(tokens["access_token"])).status_code == 200:
        found.add("userinfo")
    if (await rp.back_channel(world.http, "/introspect", token=tokens["access_token"])).json()["active"]:
        found.add("introspection")
    silent = await browser.get(rp.authorize_url(scope=SCOPE, prompt="none"))
    if "code" in silent.answer:
        found.add("session")
    else:
        assert silent.answer["error"] in {"login_required", "account_selection_required"}
    refreshed = (await rp.refresh(world.http, tokens["refresh_token"])).json()
    if "access_token" in refreshed:
        tokens |= refreshed
        found.add("refresh")
    else:
        assert refreshed["error"] == "invalid_grant"
    return found
