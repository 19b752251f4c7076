"""What a restriction stops and a closing ends (adr/0049; DOMAIN §1.8): consent counts no more, public tasks go on."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.data_rights.jobs import close_accounts
from idp.data_rights.model import RequestState
from idp.database import Done
from idp.ids import OrganisationId
from idp.life_events.model import Ground
from idp.life_events.service import lift_ground, open_ground
from idp.mandates.service import replace_parents, replace_representatives
from idp.people.model import IdentifierScheme, Person, PersonProfile
from idp.protocol.scopes import LegalBasis
from idp.transaction import Tx
from tests.driver import Browser
from tests.endpoints.test_account_data import HERE, at_account, numbered, requested, send
from tests.roles import give_roles
from tests.stores.desk_samples import make_desk_official
from tests.world import World

MIXED = {"email": LegalBasis.CONSENT, "phone": LegalBasis.CONSENT}


async def run_closing(world: World) -> int:
    occasion = Occasion(clock=world.provider.clock, now=world.time(), txn="")
    return await close_accounts(world.provider.database, occasion)


async def begin_closing(world: World, browser: Browser) -> None:
    page = await browser.press(await browser.get(f"{HERE}/close"), "submit", sure="yes")
    assert {"closing", "keep-account"} <= page.ids


async def test_a_restriction_stops_what_is_sent_on_consent_and_nothing_else(world: World) -> None:
    rp = await world.client(legal_basis=MIXED)
    visitor = await world.visitor(rp)
    scope = "openid profile email offline_access"
    tokens = await world.tokens(rp, visitor, scope=scope)
    assert "email" in (await world.userinfo(tokens["access_token"])).json()
    await send(visitor.browser, "restrict")
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 400
    tokens = await world.tokens(rp, visitor, scope=scope)
    claims = (await world.userinfo(tokens["access_token"])).json()
    assert claims["name"] == visitor.person.profile.full_name
    assert "email" not in claims
    world.time.move(seconds=1)
    page = await visitor.browser.get(rp.authorize_url(scope="openid profile phone", prompt="consent"))
    assert "page-consent" in page.ids
    assert "claims-consent" not in page.ids
    page = await visitor.browser.press(await visitor.browser.get(HERE), "lift-restriction")
    assert {"notice"} <= page.ids
    assert "restricted" not in page.ids
    tokens = await world.tokens(rp, visitor, scope=scope)
    assert "email" in (await world.userinfo(tokens["access_token"])).json()
    found = await world.records(EventType.PERSON_RESTRICTED, EventType.PERSON_RESTRICTION_LIFTED)
    assert [event.type for event in found] == [
        EventType.PERSON_RESTRICTED,
        EventType.PERSON_RESTRICTION_LIFTED,
    ]


async def test_a_restriction_leaves_a_public_task_s_tokens_alone(world: World) -> None:
    told = dict.fromkeys(("profile", "email", "phone", "offline_access"), LegalBasis.PUBLIC_TASK)
    rp = await world.client(legal_basis=told)
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor)
    await send(visitor.browser, "restrict")
    assert (await world.userinfo(tokens["access_token"])).status_code == 200


async def test_taking_the_request_back_takes_the_restriction_back(world: World) -> None:
    rp = await world.client(legal_basis=MIXED)
    visitor = await world.visitor(rp)
    await send(visitor.browser, "restrict")
    (request,) = await requested(world, visitor.person.person_id)
    page = await visitor.browser.press(
        await visitor.browser.get(HERE), f"withdraw-request-{request.request_id}"
    )
    assert "restricted" not in page.ids


async def test_closing_needs_a_fresh_sign_in_and_a_tick(world: World) -> None:
    browser = await at_account(world, await numbered(world))
    page = await browser.get(f"{HERE}/close")
    page = await browser.press(page, "submit")
    assert "error-sure" in page.ids
    world.time.move(minutes=11)
    page = await browser.press(page, "submit", sure="yes")
    assert page.status == 403
    assert await world.records(EventType.DATA_REQUESTED) == []


async def test_until_its_time_the_account_works_and_one_press_keeps_it(world: World) -> None:
    person = await numbered(world)
    browser = await at_account(world, person)
    await begin_closing(world, browser)
    assert await run_closing(world) == 0
    page = await browser.get("/account")
    assert "alert-closing" in page.ids, "whoever did not ask for it sees it first of all"
    page = await browser.press(await browser.get(page.links["see-closing"]), "keep-account")
    assert "closing" not in page.ids
    assert str(page.response.url).endswith("?d=kept"), (
        "it says what was kept, not that some request was taken back"
    )
    assert "alert-closing" not in (await browser.get("/account")).ids
    shown = (await browser.get("/account/data")).response.text
    assert "Không đóng nữa, tài khoản được giữ lại" in shown
    assert "Đã rút" not in shown
    world.time.move(days=8)
    assert await run_closing(world) == 0
    (request,) = await requested(world, person.person_id)
    assert request.state is RequestState.WITHDRAWN


async def test_then_everything_ends_is_erased_and_no_sub_is_used_again(world: World) -> None:
    rp = await world.client(legal_basis=MIXED)
    person, citizen = await world.citizen()
    browser = await at_account(world, person)
    await world.agree(person.person_id, rp)
    response = await rp.redeem(world.http, (await browser.get(rp.authorize_url())).answer["code"])
    tokens = response.json()
    sub = (await world.userinfo(tokens["access_token"])).json()["sub"]
    await begin_closing(world, browser)
    world.time.move(days=7, seconds=1)
    assert await run_closing(world) == 1
    assert await run_closing(world) == 0
    found = await world.provider.database.read(lambda tx: _left_of(tx, person, rp.client_id, sub))
    assert found == {
        "name": "",
        "birth_year": None,
        "identifiers": (),
        "addresses": (),
        "sessions": (),
        "password": None,
        "totp": None,
        "by_mail": None,
        "granted": [],
        "sub_is_theirs": True,
    }
    other = world.browser()
    page = await citizen.sign_in(other, await other.get(rp.authorize_url()), at=world.time().timestamp())
    assert world.cookie_of(other, "session") is None
    assert "code" not in str(page.response.url)
    (request,) = await requested(world, person.person_id)
    assert request.state is RequestState.COMPLETED
    (event,) = await world.records(EventType.PERSON_CLOSED)
    assert person.profile.full_name not in str(event.payload)
    told = await world.provider.database.read(
        lambda tx: tx.connection.exec_driver_sql(
            "SELECT count(*) FROM outbox WHERE kind = 'notice' AND state = 'waiting'"
        ).scalar_one()
    )
    assert told >= 1
    again = await world.person("alice")
    renewed = await world.provider.database.read(lambda tx: tx.subjects.person_of(rp.client_id, sub))
    assert renewed != again.person_id


def _left_of(tx: Tx, person: Person, client_id: str, sub: str) -> dict[str, Any]:
    person_id = person.person_id
    now = tx.people.get(person_id)
    assert now is not None
    return {
        "name": now.profile.full_name,
        "birth_year": now.birth_year,
        "identifiers": tx.people.identifiers_of(person_id),
        "addresses": tx.people.addresses_of(person_id),
        "sessions": tx.sessions.of_person(person_id),
        "password": tx.passwords.get(person_id),
        "totp": tx.totp.get(person_id),
        "by_mail": tx.people.find_by_identifier(IdentifierScheme.EMAIL, person.profile.email),
        "granted": [one for one in tx.consents.of_person(person_id) if one.withdrawn_at is None],
        "sub_is_theirs": tx.subjects.person_of(client_id, sub) == person_id,
    }


async def test_who_alone_represents_an_organisation_does_not_close_and_is_told_why(world: World) -> None:
    person = await numbered(world)
    browser = await at_account(world, person)
    await begin_closing(world, browser)
    organisation_id = OrganisationId(world.provider.clock.person_id())

    def represent(tx: Tx) -> Done[Any]:
        return Done(
            replace_representatives(
                tx, organisation_id, [person.person_id], actor="register", occasion=world.occasion
            )
        )

    await world.write(represent)
    page = await browser.get(f"{HERE}/close")
    assert "error" in page.ids
    world.time.move(days=8)
    await run_closing(world)
    (request,) = await requested(world, person.person_id)
    assert request.state is RequestState.REFUSED
    assert "người đại diện duy nhất" in request.outcome
    assert await world.records(EventType.PERSON_CLOSED) == []
    browser = await at_account(world, person)
    page = await browser.press(await browser.get(f"{HERE}/close"), "submit", sure="yes")
    assert "error" in page.ids


async def _holds_post(world: World, person: Person) -> None:
    await world.write(lambda tx: Done(tx.officials.add(make_desk_official(person, "CB7"))))


async def _administers(world: World, person: Person) -> None:
    await world.write(lambda tx: give_roles(tx, person.person_id, "administrator"))


async def _is_a_child(world: World, person: Person) -> None:
    young = replace(person.profile, birthdate=f"{world.time().year - 15}-01-01")
    await world.write(lambda tx: Done(tx.people.update(replace(person, profile=young))))


async def _is_the_only_parent(world: World, person: Person) -> None:
    await _has_child(world, person)


async def _has_child(world: World, *parents: Person) -> None:
    born = world.time().year - 9
    profile = PersonProfile(full_name="Nguyễn Minh Khôi", birthdate=f"{born}-01-05")
    child = await world.person("khoi", birth_year=born, profile=profile)

    def say(tx: Tx) -> Done[None]:
        ids = tuple(one.person_id for one in parents)
        replace_parents(tx, child.person_id, ids, actor="test", occasion=world.occasion)
        return Done(None)

    await world.write(say)


BLOCKS: dict[str, tuple[Callable[[World, Person], Awaitable[None]], str]] = {
    "a post": (_holds_post, "Đang là cán bộ"),
    "administration": (_administers, "Đang là cán bộ"),
    "age": (_is_a_child, "dưới 16 tuổi"),
    "a child": (_is_the_only_parent, "người duy nhất đại diện cho trẻ"),
}


@pytest.mark.parametrize("block", BLOCKS)
async def test_what_others_depend_on_is_not_closed_and_the_page_says_what_it_is(
    world: World, block: str
) -> None:
    person = await numbered(world)
    arrange, words = BLOCKS[block]
    await arrange(world, person)
    browser = await at_account(world, person)
    page = await browser.get(f"{HERE}/close")
    assert "error" in page.ids
    assert words in page.response.text
    page = await browser.press(page, "submit", sure="yes")
    assert {"page-data-close", "error"} <= page.ids
    assert words in page.response.text
    assert await requested(world, person.person_id) == ()


@pytest.mark.parametrize("block", BLOCKS)
async def test_what_came_to_depend_on_somebody_meanwhile_is_told_and_they_stay(
    world: World, block: str
) -> None:
    person = await numbered(world)
    await begin_closing(world, await at_account(world, person))
    arrange, words = BLOCKS[block]
    await arrange(world, person)
    world.time.move(days=7, seconds=1)
    assert await run_closing(world) == 1
    (request,) = await requested(world, person.person_id)
    assert request.state is RequestState.REFUSED
    assert await world.records(EventType.PERSON_CLOSED) == []
    page = await (await at_account(world, person)).get(HERE)
    assert request.outcome in page.response.text
    assert words.split()[-1] in request.outcome


async def test_one_of_two_parents_closes_and_the_other_does_not(world: World) -> None:
    mother, father = await numbered(world), await world.person("father")
    await _has_child(world, mother, father)
    await begin_closing(world, await at_account(world, mother))
    world.time.move(days=7, seconds=1)
    assert await run_closing(world) == 1
    assert len(await world.records(EventType.PERSON_CLOSED)) == 1
    browser = await at_account(world, father)
    page = await browser.get(f"{HERE}/close")
    assert BLOCKS["a child"][1] in page.response.text


async def test_a_locked_account_waits_and_closes_three_days_after_it_is_open(world: World) -> None:
    """Its holder may have locked it over something else that was not theirs, and could see no request meanwhile."""
    person = await numbered(world)
    await begin_closing(world, await at_account(world, person))

    def lock(tx: Tx, change: Any) -> Done[bool]:
        return Done(change(tx, person.person_id, Ground.REQUEST, "x", actor="t", occasion=world.occasion))

    await world.write(lambda tx: lock(tx, open_ground))
    world.time.move(days=8)
    assert await run_closing(world) == 1
    assert await run_closing(world) == 0, "it is looked at again a day later"
    assert await world.records(EventType.PERSON_CLOSED) == []
    await world.write(lambda tx: lock(tx, lift_ground))
    page = await (await at_account(world, person)).get("/account")
    assert "alert-closing" in page.ids
    world.time.move(days=2, hours=23)
    assert await run_closing(world) == 0
    world.time.move(hours=1, seconds=1)
    assert await run_closing(world) == 1
    assert len(await world.records(EventType.PERSON_CLOSED)) == 1


@pytest.mark.parametrize("days", [6, 7])
async def test_of_keeping_and_closing_at_once_one_happens(world: World, days: int) -> None:
    person = await numbered(world)
    browser = await at_account(world, person)
    await begin_closing(world, browser)
    world.time.move(days=days, minutes=1)
    browser = await at_account(world, person)
    page = await browser.get(HERE)
    await run_closing(world)
    page = await browser.press(page, "keep-account")
    (request,) = await requested(world, person.person_id)
    closed = days >= 7
    assert request.state is (RequestState.COMPLETED if closed else RequestState.WITHDRAWN)
    assert len(await world.records(EventType.PERSON_CLOSED)) == (1 if closed else 0)
