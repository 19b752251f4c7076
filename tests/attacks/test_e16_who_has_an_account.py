"""E16: no form tells whether a name is somebody's or how their account stands; nor does SCIM beyond an agency."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import func, select

from idp.database import Done, metadata
from idp.life_events.model import Ground
from idp.life_events.service import open_ground
from idp.people.model import Person
from idp.transaction import Tx
from tests.attacks.oracle import Oracle
from tests.driver import Browser, RelyingParty
from tests.endpoints.signing_in import password_page, without_code
from tests.organisations.samples import make_agency
from tests.scim.hr import AGENCIES, HrSystem, operations, user
from tests.world import PASSWORD, World

TRIES = 12
"""Past the quick ones: the pages that say how long to wait are compared too."""
KINDS = ("aktiv", "aleni", "loked", "ended", "feder", "noone", "nobod")
"""Names of one length: an active account, one with a password alone, a locked one, a dead person's, one without city
credentials, and two that are nobody's, of which the first is what all others must look like."""
_ONCE = re.compile(r"[A-Za-z0-9_~-]{12,}(?:\.[A-Za-z0-9_~-]+)*")
_OUTBOX = select(func.count()).select_from(metadata.tables["outbox"])
Shape = tuple[object, ...]


def shape(response: httpx.Response, *typed: str) -> Shape:
    """Return an answer as a stranger compares it: all but what is random in it and the name they typed themselves."""
    headers = sorted((header, _ONCE.sub("", value)) for header, value in response.headers.multi_items())
    body = re.sub("|".join(map(re.escape, typed)), "", response.text)
    return response.status_code, tuple(headers), len(response.content), _ONCE.sub("", body)


@pytest.fixture
async def people(world: World, oracle: Oracle) -> dict[str, Person]:
    found = {name: (await world.citizen(name))[0] for name in KINDS[:4]}
    found["feder"] = await world.person("feder")
    await without_code(world, found["aleni"])
    for name, ground in (("loked", Ground.HOLDER), ("ended", Ground.DEAD)):
        await world.write(_closing(world, found[name], ground))
    return found


def _closing(world: World, person: Person, ground: Ground) -> Callable[[Tx], Done[None]]:
    def work(tx: Tx) -> Done[None]:
        tx.people.lock(person.person_id)
        open_ground(tx, person.person_id, ground, "case", actor="operator:a", occasion=world.occasion)
        return Done(None)

    return work


Door = Callable[[World, RelyingParty, str, Browser], Awaitable[list[httpx.Response]]]


async def at_the_password(
    world: World, rp: RelyingParty, name: str, browser: Browser
) -> list[httpx.Response]:
    page, told = await password_page(browser, rp), []
    for _ in range(TRIES):
        told.append((await browser.press(page, "submit", username=name, password="sai")).response)
    return told


async def at_the_password_by_mail_address(
    world: World, rp: RelyingParty, name: str, browser: Browser
) -> list[httpx.Response]:
    return await at_the_password(world, rp, f"{name}@example.vn", browser)


async def with_the_right_password(
    world: World, rp: RelyingParty, name: str, browser: Browser
) -> list[httpx.Response]:
    """Who knows the password of an account that opens to nobody is told no more."""
    if name in {"aktiv", "aleni"}:
        name = "noone"
    page = await password_page(browser, rp)
    return [(await browser.press(page, "submit", username=name, password=PASSWORD)).response]


async def at_the_lock(world: World, rp: RelyingParty, name: str, browser: Browser) -> list[httpx.Response]:
    page, told = await browser.get("/lock"), []
    for _ in range(TRIES):
        fields = {"username": name, "recovery-code": "0" * 16}
        told.append((await browser.press(page, "lock-recovery", None, **fields)).response)
    return told


async def at_what_asks_for_a_passkey(
    world: World, rp: RelyingParty, name: str, browser: Browser
) -> list[httpx.Response]:
    """After a name was typed in this browser, and with the name in the address."""
    page = await password_page(browser, rp)
    page = await browser.press(page, "submit", username=name, password="sai")
    i = str(page.response.url).partition("i=")[2]
    paths = (f"/sign-in/passkey?i={i}", f"/sign-in/passkey?i={i}&username={name}", f"/sign-in?i={i}")
    return [(await browser.get(path)).response for path in paths]


async def at_the_ways_back(
    world: World, rp: RelyingParty, name: str, browser: Browser
) -> list[httpx.Response]:
    paths = (f"/recover?username={name}", f"/recover/desk?username={name}", f"/unlock?username={name}")
    told = [(await browser.get(path)).response for path in paths]
    page = await browser.get("/recover/desk")
    fields = dict.fromkeys(page.form("submit")["fields"], "")
    fields |= page.form("submit")["fields"] | {"username": name, "case": name, "code": "0" * 8}
    return [*told, (await browser.post("/recover/desk", fields)).response]


@pytest.mark.parametrize(
    "door",
    [
        at_the_password,
        at_the_password_by_mail_address,
        with_the_right_password,
        at_the_lock,
        at_what_asks_for_a_passkey,
        at_the_ways_back,
    ],
    ids=lambda one: one.__name__,
)
async def test_e16_every_name_is_answered_as_nobody_s_is(
    world: World, people: dict[str, Person], door: Door
) -> None:
    rp = await world.client()
    seen: dict[str, list[Shape]] = {}
    for name in reversed(KINDS):
        before = await world.provider.database.read(lambda tx: tx.connection.execute(_OUTBOX).scalar_one())
        browser = world.browser()
        seen[name] = [shape(one, *KINDS) for one in await door(world, rp, name, browser)]
        after = await world.provider.database.read(lambda tx: tx.connection.execute(_OUTBOX).scalar_one())
        assert after == before, f"{name}: a mail went out"
        assert world.cookie_of(browser, "session") is None
    for name in KINDS:
        for told, expected in zip(seen[name], seen["nobod"], strict=True):
            assert told == expected, name


async def test_e16_scim_tells_nothing_of_another_agency_s_people(world: World, oracle: Oracle) -> None:
    """An official of another agency is answered as an id that nobody has, and so is one of a part of ours that ended."""
    await world.write(lambda tx: Done([tx.agencies.put(make_agency(code)) for code in AGENCIES] and None))
    theirs = await HrSystem.of(world, "H24.10", client_id="hr-other")
    ours = await HrSystem.of(world, "H24.08")
    document = user("CB9")
    enterprise = next(key for key in document if "enterprise" in key)
    official = next(key for key in document if "official" in key.lower() and key.startswith("urn:"))
    document |= {
        enterprise: {"department": "H24.10"},
        official: {"posts": [{**document[official]["posts"][0], "agency": "H24.10"}]},
    }
    made = await theirs.call("POST", "/Users", document)
    assert made.status_code == 201, made.text
    known = str(made.json()["id"])
    unknown = known[:-4] + ("0000" if known[-4:] != "0000" else "1111")
    replacing = {"op": "replace", "path": "displayName", "value": "x"}
    bodies = {"GET": None, "DELETE": None, "PUT": user("CB9"), "PATCH": operations(replacing)}
    for method, body in bodies.items():
        told = []
        for user_id in (known, unknown):
            async with oracle.refusing((method, user_id == known), status={403, 404}) as watch:
                await ours.call(method, f"/Users/{user_id}", body)
            told.append(shape(watch.last, user_id))
        assert told[0] == told[1], method
    found = await ours.call("GET", "/Users", None, None, filter='userName eq "CB9"')
    assert found.json()["totalResults"] == 0
    assert (await theirs.call("GET", f"/Users/{known}")).status_code == 200, "and there they are"
