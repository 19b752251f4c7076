"""Whoever reads something of one person is on record, and that person hears of it, sees it and is warned of it.

PAGES §3.1.13, §3.1.17; DOMAIN §4 journey 10.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from idp.audit.events import EventType
from idp.cases.model import CaseKind
from idp.cases.service import open_case
from idp.database import Done
from idp.messages.model.notices import Notice
from idp.people.asked import Asked, read_username
from idp.people.model import IdentifierScheme, Person
from idp.transaction import Tx
from tests.cli.conftest import Office
from tests.driver import Browser
from tests.endpoints.looking import look
from tests.server import ServedWorld
from tests.told import messages_of

pytestmark = pytest.mark.network
_NUMBER = "031185000171"
_DISPUTED = '{"gender": "?", "birthdate": "?"}'


async def _numbered(world: ServedWorld, person: Person) -> None:
    """Give somebody a number that a register's word finds."""

    def number(tx: Tx) -> Done[None]:
        tx.people.update(replace(person, profile=replace(person.profile, personal_id=_NUMBER)))
        return Done(None)

    await world.write(number)


async def _case(office: Office, world: ServedWorld, person: Person, browser: Browser) -> tuple[str, ...]:
    def open_one(tx: Tx) -> Done[str]:
        facts = {"event_id": "e"}
        kind, about = CaseKind.NOT_ME, person.person_id
        return Done(open_case(tx, kind, person.person_id, facts, about=about, occasion=world.occasion))

    return "cases", "show", await world.write(open_one)


async def _request(office: Office, world: ServedWorld, person: Person, browser: Browser) -> tuple[str, ...]:
    page = await browser.get("/account/data/request?r=view")
    page = await browser.press(page, "submit", None, what="Ai đã xem hồ sơ?")
    (new,) = [one for one in page.ids if one.startswith("request-")]
    return "requests", "show", new.removeprefix("request-")


async def _event(office: Office, world: ServedWorld, person: Person, browser: Browser) -> tuple[str, ...]:
    await _numbered(world, person)
    apply = ("life-events", "apply", "person.corrected", "--facts", _DISPUTED, "--number", _NUMBER)
    assert (await office.installation.run(*apply)).out == "unresolved\n"
    waiting = json.loads((await office.installation.run("life-events", "waiting", "--json")).out)
    (one,) = [row["id"] for row in waiting if person.person_id in str(row["subject"])]
    return "life-events", "show", one


def _of(*command: str) -> Callable[..., Awaitable[tuple[str, ...]]]:
    async def prepared(
        office: Office, world: ServedWorld, person: Person, browser: Browser
    ) -> tuple[str, ...]:
        return *command, person.person_id

    return prepared


@pytest.mark.parametrize(
    ("prepare", "recorded"),
    [
        pytest.param(_of("consents", "list"), EventType.PERSON_LOOKED_AT, id="consents"),
        pytest.param(_of("people", "identifiers"), EventType.PERSON_LOOKED_AT, id="identifiers"),
        pytest.param(_of("mandates", "of", "--person"), EventType.PERSON_LOOKED_AT, id="mandates"),
        pytest.param(_of("mandates", "of", "--ward"), EventType.PERSON_LOOKED_AT, id="ward"),
        pytest.param(_case, EventType.PERSON_LOOKED_AT, id="case"),
        pytest.param(_request, EventType.DATA_REQUEST_READ, id="request"),
        pytest.param(_event, EventType.LIFE_EVENT_READ, id="event"),
    ],
)
async def test_whom_an_official_reads_something_of_hears_of_it_once_a_day_and_finds_each_look(
    office: Office,
    world: ServedWorld,
    prepare: Callable[..., Awaitable[tuple[str, ...]]],
    recorded: EventType,
) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    command = await prepare(office, world, person, browser)
    assert "alert-official-looked" not in (await browser.get("/account")).ids
    assert await _told(world, person) == 0
    for _ in range(2):
        ran = await office.installation.run(*command)
        assert ran.status == 0, ran.err
    looks = [
        one.event_id
        for one in await world.records(recorded)
        if one.subject_ref == f"person:{person.person_id}"
    ]
    assert len(looks) == 2
    shown = (await browser.get("/account/history?kind=looked")).ids
    assert {f"event-{one}" for one in looks} <= shown
    assert {f"ask-why-{one}" for one in looks} <= shown
    assert "alert-official-looked" in (await browser.get("/account")).ids
    assert await _told(world, person) == 1, "the same official's second look of the day is in the history"
    await look(world, await _named(world, person))
    assert await _told(world, person) == 2, "another official's is told"
    if recorded is EventType.LIFE_EVENT_READ:
        await office.installation.run("life-events", "settle", command[-1], "--note", "letter 19")


async def _named(world: ServedWorld, person: Person) -> Asked:
    """Give somebody a user name that nobody else has; return what looks for them."""
    name = f"u.{person.person_id[-12:]}"

    def add(tx: Tx) -> Done[None]:
        tx.people.add_identifier(person.person_id, IdentifierScheme.USERNAME, name, now=world.time())
        return Done(None)

    await world.write(add)
    return read_username(name)


async def _told(world: ServedWorld, person: Person) -> int:
    """Return how many notices of an official's look wait for somebody, or went."""
    found = await world.provider.database.read(lambda tx: messages_of(tx, person.person_id))
    return sum(one.payload.get("notice") == Notice.OFFICIAL_LOOKED.value for one in found)
