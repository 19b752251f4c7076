"""Who is under 16: a parent agrees for them, and the other parent is to hear of it (DOMAIN §1.8, §3.3)."""

from dataclasses import dataclass, replace

import pytest

from idp.database import Done
from idp.ids import ClientId, PersonId
from idp.mandates import service as mandates
from idp.outbox.model import DeliveryState, OutboxKind, OutboxMessage
from idp.people.model import Person, PersonProfile
from idp.protocol.acting import ContextKind
from idp.transaction import Tx
from tests.driver import Browser, Page, RelyingParty
from tests.told import messages_of
from tests.world import World

KINDS = (ContextKind.PERSON, ContextKind.WARD)
SCOPE = "openid profile email"


@dataclass(frozen=True, kw_only=True)
class Family:
    """Both parents and a child of nine years; `rp` is public task for the name, and asks for the e-mail address."""

    mother: Person
    father: Person
    child: Person
    rp: RelyingParty


async def a_child(world: World, *, birthdate: str = "2011-01-05") -> Person:
    profile = PersonProfile(full_name="Nguyễn Minh Khôi", birthdate=birthdate, email="khoi@example.vn")
    return await world.person("child", birth_year=int(birthdate[:4]), profile=profile)


@pytest.fixture
async def family(world: World) -> Family:
    mother, father = await world.person("mother"), await world.person("father")
    born = world.time().year - 15
    child = await a_child(world, birthdate=f"{born}-01-01")

    def arrange(tx: Tx) -> Done[None]:
        parents = (mother.person_id, father.person_id)
        mandates.replace_parents(tx, child.person_id, parents, actor="test", occasion=world.occasion)
        return Done(None)

    await world.write(arrange)
    scopes = frozenset(f"{SCOPE} mandate".split())
    rp = await world.client("rp-minors", subject_contexts=KINDS, scopes=scopes)
    return Family(mother=mother, father=father, child=child, rp=rp)


async def asks(world: World, person: Person, rp: RelyingParty, **more: str | None) -> tuple[Browser, Page]:
    """Sign a person in and ask for their data; return the browser and the page it comes to."""
    world.time.move(seconds=1)
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    scope = f"{SCOPE} mandate" if more.get("ctx_hint") == "ward" else SCOPE
    return browser, await browser.get(rp.authorize_url(scope=scope, **more))


async def notices(world: World, person: Person) -> list[OutboxMessage]:
    def load(tx: Tx) -> tuple[OutboxMessage, ...]:
        return messages_of(tx, person.person_id)

    return [one for one in await world.provider.database.read(load) if one.kind is OutboxKind.NOTICE]


async def granted(world: World, person: Person, rp: RelyingParty) -> set[str]:
    def load(tx: Tx) -> set[str]:
        records = tx.consents.of_client(person.person_id, ClientId(rp.client_id))
        return {one.scope for one in records if one.granted}

    return await world.provider.database.read(load)


async def email_told(world: World, rp: RelyingParty, page: Page) -> str | None:
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    told: dict[str, str] = (await world.userinfo(tokens["access_token"])).json()
    assert told["name"] == "Nguyễn Minh Khôi"
    return told.get("email")


async def test_who_is_under_16_is_told_that_a_parent_decides_and_uses_the_service_without(
    world: World, family: Family
) -> None:
    browser, page = await asks(world, family.child, family.rp, ctx_hint="person")
    assert {"parents-decide", "claim-email", "claims-public-task"} <= page.ids
    assert page.checkboxes == []
    assert "chọn làm thay cho con" in page.response.text
    page = await browser.press(page, "allow")
    assert await email_told(world, family.rp, page) is None
    _browser, page = await asks(world, family.child, family.rp, ctx_hint="person")
    assert "code" in page.answer, "told once"


async def test_a_tick_that_nobody_offered_a_child_is_refused(world: World, family: Family) -> None:
    browser, page = await asks(world, family.child, family.rp, ctx_hint="person")
    refused = await browser.press(page, "allow", extra=[("scope", "email")])
    assert refused.status == 400
    assert await granted(world, family.child, family.rp) == set()


async def test_the_parent_is_asked_what_the_child_could_not_agree_to_and_the_answer_holds(
    world: World, family: Family
) -> None:
    browser, page = await asks(world, family.child, family.rp, ctx_hint="person")
    await browser.press(page, "allow")
    browser, page = await asks(world, family.mother, family.rp, ctx_hint="ward")
    assert page.checkboxes == ["email"]
    page = await browser.press(page, "allow", extra=[("scope", "email")])
    assert "code" in page.answer
    _browser, page = await asks(world, family.child, family.rp, ctx_hint="person")
    assert await email_told(world, family.rp, page) == "khoi@example.vn"
    browser, page = await asks(world, family.child, family.rp, ctx_hint="person", prompt="consent")
    page = await browser.press(page, "allow")
    assert await email_told(world, family.rp, page) == "khoi@example.vn", (
        "a parent's yes is not the child's to undo"
    )


async def test_a_service_that_takes_no_parents_says_so(world: World, family: Family) -> None:
    plain = await world.client("rp-plain")
    _browser, page = await asks(world, family.child, plain)
    assert "Dịch vụ này chưa nhận người làm thay" in page.response.text


async def test_from_the_16th_birthday_on_one_agrees_alone(world: World) -> None:
    today = world.time().date()
    born = today.replace(year=today.year - 16)
    child, rp = await a_child(world, birthdate=born.isoformat()), await world.client("rp-16")
    _browser, page = await asks(world, child, rp)
    assert page.checkboxes == ["email"]
    assert "parents-decide" not in page.ids


async def test_the_other_parent_is_to_hear_of_it_once_a_day(world: World, family: Family) -> None:
    browser, page = await asks(world, family.mother, family.rp, ctx_hint="ward")
    await browser.press(page, "allow")
    told = await notices(world, family.father)
    assert sorted(one.payload["deed"] for one in told) == ["acted", "consented"]
    for one in told:
        assert one.payload["actor"] == family.mother.person_id
        assert one.payload["ward"] == family.child.person_id
        assert one.payload["client_id"] == family.rp.client_id
        assert (one.client_id, one.state) == ("", DeliveryState.WAITING)
    _browser, page = await asks(world, family.mother, family.rp, ctx_hint="ward")
    assert "code" in page.answer
    assert len(await notices(world, family.father)) == 2, "told of once a day"
    world.time.move(seconds=24 * 3600)
    await asks(world, family.mother, family.rp, ctx_hint="ward")
    assert len(await notices(world, family.father)) == 3
    own = await notices(world, family.mother)
    assert [one.payload["notice"] for one in own] == ["new_service"], "who came there hears that alone"
    assert await notices(world, family.child) == []


async def test_nobody_hears_of_what_is_done_for_oneself_or_from_a_parent_whose_power_has_ended(
    world: World, family: Family
) -> None:
    browser, page = await asks(world, family.mother, family.rp, ctx_hint="person")
    await browser.press(page, "allow")

    def only_mother(tx: Tx) -> Done[None]:
        parents: tuple[PersonId, ...] = (family.mother.person_id,)
        later = replace(world.occasion, now=world.time())
        mandates.replace_parents(tx, family.child.person_id, parents, actor="test", occasion=later)
        return Done(None)

    await world.write(only_mother)
    browser, page = await asks(world, family.mother, family.rp, ctx_hint="ward")
    await browser.press(page, "allow")
    assert await notices(world, family.father) == []
