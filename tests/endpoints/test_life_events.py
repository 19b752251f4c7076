"""Bound A for every life event that ends something: whatever asks us is refused, the rest goes on (DESIGN 5.5)."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.days import day_of
from idp.life_events.model import Ground, LifeEvent, LifeEventType, Outcome, Subject
from idp.life_events.service import apply_event, open_ground
from idp.people.model import IdentifierScheme, PersonStatus
from idp.protocol.assurance import Acr
from idp.transaction import Tx
from tests.driver import Browser, RelyingParty
from tests.endpoints import test_contexts
from tests.endpoints.signing_in import password_page, try_password
from tests.endpoints.test_contexts import Family, tokens_for
from tests.world import World

T = LifeEventType
family = test_contexts.family
NUMBER = "031184000001"


@dataclass
class Held:
    """Everything a relying party and a browser hold of one grant, and an unspent code of the same person beside it."""

    world: World
    rp: RelyingParty
    browser: Browser
    tokens: dict[str, Any]
    code: str
    asks: dict[str, str | None] = field(default_factory=dict)
    """What a silent request for the same says beside the usual."""

    async def answers(self) -> dict[str, bool]:
        """Whether each way to use it is let through."""
        silent = await self.browser.get(self.rp.authorize_url(prompt="none", **self.asks))
        userinfo = await self.world.userinfo(self.tokens["access_token"])
        introspected = await self.rp.back_channel(
            self.world.http, "/introspect", token=self.tokens["access_token"]
        )
        refreshed = await self.rp.refresh(self.world.http, self.tokens["refresh_token"])
        redeemed = await self.rp.redeem(self.world.http, self.code)
        return {
            "prompt=none": "code" in silent.answer,
            "userinfo": userinfo.status_code == 200,
            "introspection": introspected.json()["active"],
            "refresh": refreshed.status_code == 200,
            "code": redeemed.status_code == 200,
        }


ALL = {"prompt=none", "userinfo", "introspection", "refresh", "code"}


async def event(world: World, event_type: LifeEventType, number: str, /, **facts: object) -> None:
    tax_code = number if len(number) == 10 else ""
    happened = LifeEvent(
        event_id=f"event-{world.provider.clock.token()}",
        type=event_type,
        entered_at=world.time(),
        subject=Subject(personal_id="" if tax_code else number, tax_code=tax_code),
        facts=facts,
    )

    def apply(tx: Tx) -> Done[Outcome]:
        return Done(apply_event(tx, happened, actor="register:test", occasion=world.occasion))

    assert await world.write(apply) is Outcome.APPLIED


async def of_a_person(world: World, username: str, **changes: Any) -> Held:
    rp = await world.client(f"rp-{username}")
    visitor = await world.visitor(rp, username)

    def number(tx: Tx) -> Done[None]:
        person = tx.people.get(visitor.person.person_id)
        assert person is not None
        tx.people.update(
            replace(person, profile=replace(person.profile, personal_id=changes.get("number", NUMBER)))
        )
        return Done(None)

    await world.write(number)
    scope = "openid profile offline_access"
    tokens = await world.tokens(rp, visitor, scope=scope)
    return Held(
        world=world,
        rp=rp,
        browser=visitor.browser,
        tokens=tokens,
        code=await visitor.code(rp, scope=scope),
    )


async def of_a_choice(world: World, family: Family, name: str, **asks: str | None) -> Held:
    tokens = await tokens_for(world, family, name, ctx_hint="choose")
    asks["scope"] = "openid profile mandate"
    page = await family.browser.get(family.rp.authorize_url(prompt="none", **asks))
    return Held(
        world=world,
        rp=family.rp,
        browser=family.browser,
        tokens=tokens,
        code=page.answer["code"],
        asks=asks,
    )


async def test_everything_works_before(world: World) -> None:
    held = await of_a_person(world, "alice")
    assert await held.answers() == dict.fromkeys(ALL, True)


@pytest.mark.parametrize("event_type", [T.DIED, T.LOCKED])
async def test_after_a_death_or_a_lock_nothing_is_answered_yes(
    world: World, event_type: LifeEventType
) -> None:
    held, other = await of_a_person(world, "alice"), await of_a_person(world, "bob", number="031184000002")
    await event(world, event_type, NUMBER)
    assert await held.answers() == dict.fromkeys(ALL, False)
    assert await other.answers() == dict.fromkeys(ALL, True)


async def test_what_a_lock_ended_does_not_wake_up_when_it_ends(world: World) -> None:
    held = await of_a_person(world, "alice")
    await event(world, T.LOCKED, NUMBER)
    world.time.move(seconds=1)
    await event(world, T.UNLOCKED, NUMBER)
    assert await held.answers() == dict.fromkeys(ALL, False)


@pytest.mark.parametrize("status", ["dissolved", "suspended"])
async def test_after_a_dissolution_nothing_for_the_organisation_is_answered_yes(
    world: World, family: Family, status: str
) -> None:
    held = await of_a_choice(world, family, "Cảng Xanh", org_hint="0200000007")
    own = await tokens_for(world, family, "Cho bản thân", ctx_hint="choose")
    await event(world, T.STATUS, "0200000007", status=status)
    answers = await held.answers()
    if status == "suspended":  # it may still be acted for, and tokens say what it is
        assert answers.pop("prompt=none")
    else:
        assert answers.pop("prompt=none") is False
    assert answers == dict.fromkeys(ALL - {"prompt=none"}, False)
    assert (await world.userinfo(own["access_token"])).status_code == 200


async def test_nobody_acts_for_a_ward_who_died(world: World, family: Family) -> None:
    held = await of_a_choice(world, family, "Nguyễn Gia Bảo", ctx_hint="ward")
    number = await give_number(world, family.child.person_id)
    await event(world, T.DIED, number)
    assert await held.answers() == dict.fromkeys(ALL, False)


async def test_a_locked_ward_is_not_acted_for(world: World, family: Family) -> None:
    held = await of_a_choice(world, family, "Nguyễn Gia Bảo", ctx_hint="ward")
    number = await give_number(world, family.child.person_id)
    await event(world, T.LOCKED, number)
    assert await held.answers() == dict.fromkeys(ALL, False)


async def give_number(world: World, person_id: Any) -> str:
    def number(tx: Tx) -> Done[None]:
        person = tx.people.get(person_id)
        assert person is not None
        tx.people.update(replace(person, profile=replace(person.profile, personal_id="031217000009")))
        return Done(None)

    await world.write(number)
    return "031217000009"


async def test_with_a_lost_card_high_is_not_reached_and_low_goes_on(world: World) -> None:
    low = await of_a_person(world, "alice")
    high = await world.client("rp-high", default_acr=Acr.HIGH)
    await event(world, T.CARD, NUMBER, status="lost", expires_on=None)
    assert await low.answers() == dict.fromkeys(ALL, True)
    person = await world.provider.database.read(
        lambda tx: tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, NUMBER)
    )
    assert person is not None
    await world.agree(person.person_id, high)
    for status, is_reached in (("lost", False), ("valid", True)):
        world.time.move(seconds=1)
        await event(world, T.CARD, NUMBER, status=status, expires_on="2040-01-01")
        browser = world.browser()
        await world.signed_in(browser, person.person_id, acr=Acr.HIGH)
        page = await browser.get(high.authorize_url(prompt="none"))
        assert ("code" in page.answer) is is_reached


@pytest.mark.parametrize("ground", list(Ground))
async def test_who_is_locked_or_dead_gets_in_by_no_way(world: World, ground: Ground) -> None:
    rp = await world.client("rp-in")
    person, citizen = await world.citizen("alice")
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    page = await citizen.sign_in(browser, page, at=world.time().timestamp())
    assert "page-consent" in page.ids

    def open_it(tx: Tx) -> Done[bool]:
        return Done(open_ground(tx, person.person_id, ground, "x", actor="test", occasion=world.occasion))

    assert await world.write(open_it)
    world.time.move(seconds=60)
    other = world.browser()
    page = await try_password(other, await password_page(other, rp), citizen.username, citizen.password)
    assert "page-otp" not in page.ids
    assert page.left_for is None
    silent = await browser.get(rp.authorize_url(prompt="none"))
    assert silent.answer["error"] == "login_required"
    assert await world.events(EventType.SESSION_STARTED) == [EventType.SESSION_STARTED]
    found = await world.provider.database.read(lambda tx: tx.people.get(person.person_id))
    assert found is not None
    assert found.status is not PersonStatus.ACTIVE


@pytest.mark.parametrize(("days", "is_warned"), [(0, True), (30, True), (31, False), (None, False)])
async def test_who_just_signed_in_is_warned_in_the_last_thirty_days_of_a_residence(
    world: World, days: int | None, is_warned: bool
) -> None:
    rp = await world.client("rp-foreign")
    person = await world.person("kim")
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    await world.signed_in(browser, person.person_id)
    until = "" if days is None else (day_of(world.time()) + timedelta(days=days)).isoformat()
    await world.write(lambda tx: Done(tx.life_states.set_residence(person.person_id, until)))
    shown = await browser.get(f"/sign-in/papers?i={page.interaction}")
    assert ("page-papers" in shown.ids) is is_warned
    if is_warned:
        gone_on = await browser.get(f"/authorize/resume?i={page.interaction}")
        assert "page-consent" in gone_on.ids
