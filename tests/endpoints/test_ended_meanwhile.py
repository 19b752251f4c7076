"""A form whose session ends between the look at it and the change it asks for changes nothing – SECURITY B10, E05.

The database is kept busy by a recovery while the form waits behind it: what the page saw is over by its turn.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.messages.model import Channel
from idp.people.contacts import Contact
from idp.people.model import Person
from idp.recovery.model import Recovery, Way
from idp.recovery.service import recover
from idp.transaction import Tx
from tests.driver import Page
from tests.endpoints.mandating import HOME as MANDATES
from tests.endpoints.mandating import ON, TERM, Somebody, company, somebody
from tests.endpoints.passkeys import PASSKEYS, add, device
from tests.world import World

_PATIENCE = 20.0
_CONTACT = "c"
Form = Callable[[World, Somebody], Awaitable[tuple[str, dict[str, str]]]]


async def _copy(_world: World, _thief: Somebody) -> tuple[str, dict[str, str]]:
    return "/account/data/copy", {}


async def _close(_world: World, _thief: Somebody) -> tuple[str, dict[str, str]]:
    return "/account/data/close", {"sure": "yes"}


async def _contact(world: World, thief: Somebody) -> dict[str, str]:
    await world.write(partial(_give_address, person=thief.person, at=world.time()))
    return {"contact": _CONTACT}


def _give_address(tx: Tx, *, person: Person, at: datetime) -> Done[None]:
    contact = Contact(
        contact_id=_CONTACT,
        channel=Channel.EMAIL,
        address="hop-thu@example.vn",
        language="vi",
        verified_at=at,
        signs_in_since=at,
    )
    tx.contacts.add(person.person_id, contact)
    return Done(None)


async def _take_away(world: World, thief: Somebody) -> tuple[str, dict[str, str]]:
    return "/account/contacts/remove", await _contact(world, thief)


async def _let_open_no_more(world: World, thief: Somebody) -> tuple[str, dict[str, str]]:
    return "/account/contacts/sign-in", {**await _contact(world, thief), "opens": "no"}


async def _rename(world: World, thief: Somebody) -> tuple[str, dict[str, str]]:
    page = await add(thief.browser, device(world))
    (passkey,) = (one.removeprefix("remove-") for one in page.ids if one.startswith("remove-"))
    return f"{PASSKEYS}/rename?i={passkey}", {"passkey-name": "của tôi"}


async def _appoint(world: World, thief: Somebody) -> tuple[str, dict[str, str]]:
    await company(world, thief, name="Công ty TNHH Cảng Xanh")
    firm = await company(world, await somebody(world, "Trần Thị Hải"), name="Công ty TNHH Sao Biển")
    _, mandate_id = await thief.manage()
    form = {**TERM, **dict(ON), "tax-code": firm.identifier, "role": "maker", "go": "yes"}
    return f"{MANDATES}/firm?m={mandate_id}", form


async def _offer(world: World, thief: Somebody) -> tuple[str, dict[str, str]]:
    await company(world, thief, name="Công ty TNHH Cảng Xanh")
    to = (await somebody(world, "Vũ Đức Minh")).person.profile
    _, mandate_id = await thief.manage()
    form = {
        **TERM,
        **dict(ON),
        "number": to.personal_id,
        "full-name": to.full_name,
        "role": "maker",
        "go": "yes",
    }
    return f"{MANDATES}/person?m={mandate_id}", form


@pytest.mark.parametrize(
    "form",
    [_copy, _close, _take_away, _let_open_no_more, _rename, _appoint, _offer],
    ids=lambda one: one.__name__,
)
async def test_what_was_sent_before_a_recovery_ended_its_session_changes_nothing(
    world: World, form: Form
) -> None:
    thief = await somebody(world, "Đoàn Thị Lan")
    path, fields = await form(world, thief)
    csrf = (await thief.browser.get("/recover")).form("theme-dark")["fields"]
    page = await _overtaken(world, thief, thief.browser.post(path, {**csrf, **fields}))
    assert (page.status, page.case) == (403, "account-over")
    assert (await world.events())[-1] == EventType.ACCOUNT_RECOVERED, "nothing came after it"


async def _overtaken(world: World, whose: Somebody, sent: Awaitable[Page]) -> Page:
    """Send a form, and let a recovery of the account end after it was looked at, and before it is carried out."""
    go_on = threading.Event()

    def recovery(tx: Tx) -> Done[None]:
        assert go_on.wait(_PATIENCE)
        lost = Recovery(way=Way.NATIONAL, lost=frozenset(), hold=timedelta(days=1))
        assert isinstance(recover(tx, whose.person.person_id, lost, occasion=world.occasion), Done)
        return Done(None)

    first = asyncio.create_task(world.write(recovery))
    waiting = asyncio.ensure_future(sent)
    for _ in range(10_000):
        load = world.provider.database.load
        if load.in_use + load.waiting > 1 or waiting.done():
            break
        await asyncio.sleep(0)
    go_on.set()
    await first
    return await waiting
