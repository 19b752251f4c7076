"""The history of an account, and "that was not me" (PAGES §3.1.17, §3.1.18; DOMAIN §4 journey 10); attack row G01."""

from datetime import timedelta

from idp.audit.events import EventType
from idp.cases.model import CaseKind
from idp.database import Done
from idp.life_events.model import Ground
from idp.life_events.service import lift_ground
from idp.people.asked import read_text
from idp.people.model import PersonStatus
from idp.transaction import Tx
from tests.driver import Page
from tests.endpoints.looking import look
from tests.world import World

HERE = "/account/history"
NOT_ME = f"{HERE}/not-me"
_SAID = {
    "vi": (
        "được gửi: Họ và tên, Giới tính, Ngày sinh, Số điện thoại, Từ đủ 18 tuổi trở lên",
        "không được gửi: Thư điện tử",
        "đã gửi: Họ và tên, Giới tính, Ngày sinh, Số điện thoại, Từ đủ 18 tuổi trở lên",
    ),
    "en": (
        "may be sent: Full name, Sex, Birth date, Phone number, Aged 18 or over",
        "may not be sent: Email",
        "sent: Full name, Sex, Birth date, Phone number, Aged 18 or over",
    ),
}


def _events(page: Page) -> set[str]:
    return {one.removeprefix("event-") for one in page.ids if one.startswith("event-")}


def _disputable(page: Page) -> set[str]:
    return {one.removeprefix("not-me-") for one in page.ids if one.startswith("not-me-")}


async def test_a_sign_in_at_a_service_and_what_it_read_stand_there_in_words(world: World) -> None:
    rp = await world.client()
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor)
    await world.userinfo(tokens["access_token"])
    page = await visitor.browser.get(f"{HERE}")
    assert {"page-history", "filter", "offline"} <= page.ids
    shown = await world.records(
        EventType.SESSION_STARTED, EventType.CODE_ISSUED, EventType.USERINFO_READ, EventType.CONSENT_RECORDED
    )
    assert _events(page) == {event.event_id for event in shown}
    sign_ins = await visitor.browser.get(f"{HERE}?kind=sign-in")
    assert len(_events(sign_ins)) == 2
    detail = await visitor.browser.get(f"{HERE}?kind=detail&service={rp.client_id}")
    (redeemed,) = await world.records(EventType.CODE_REDEEMED)
    assert _events(detail) == {redeemed.event_id}
    assert _events(await visitor.browser.get(f"{HERE}?service=nobody")) == set()


async def test_what_was_allowed_what_was_not_and_what_went_stand_there_in_the_words_of_the_consent_page(
    world: World,
) -> None:  # PAGES §3.1.17
    scopes = ("openid", "profile", "email", "phone", "age")
    rp, browser = await world.client(scopes=frozenset(scopes)), world.browser()
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.get(rp.authorize_url(scope=" ".join(scopes)))
    page = await browser.press(page, "allow", extra=[("scope", "phone"), ("scope", "age")])
    tokens = await rp.redeem(world.http, page.answer["code"])
    await world.userinfo(tokens.json()["access_token"])
    for language, wanted in _SAID.items():
        page = await browser.get(f"{HERE}?kind=sent", **{"accept-language": language})
        file = await browser.get(page.links["export"], **{"accept-language": language})
        for said in wanted:
            assert said in page.response.text.replace("&nbsp;", " ")
            assert said in file.response.text
    (answered,) = await world.records(EventType.CONSENT_RECORDED)
    page = await browser.get(f"{NOT_ME}?e={answered.event_id}", **{"accept-language": "vi"})
    assert _SAID["vi"][0] in page.response.text


async def test_an_officials_look_stands_there_with_its_reason(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    await look(world, read_text(person.profile.full_name, birth_year=person.birth_year))
    page = await browser.get(f"{HERE}?kind=looked", **{"accept-language": "en"})
    assert "police or a court asked in writing" in page.response.text
    assert _disputable(page) == set()


async def test_fifty_stand_on_a_page_and_older_ones_follow_without_a_gap(world: World) -> None:
    person, browser = await world.person(), world.browser()
    for _ in range(103):
        world.time.moment += timedelta(seconds=1)
        await world.signed_in(browser, person.person_id)
    sizes, seen, page = [], set[str](), await browser.get(f"{HERE}?kind=sign-in")
    while True:
        sizes.append(len(_events(page)))
        assert not seen & _events(page)
        seen |= _events(page)
        if "older" not in page.ids:
            break
        page = await browser.get(page.links["older"])
    assert sizes == [50, 50, 3]


async def test_g01_anothers_event_is_nobodys(world: World) -> None:
    hers, his = world.browser(), world.browser()
    await world.signed_in(hers, (await world.person("alice")).person_id)
    await world.signed_in(his, (await world.person("bob")).person_id)
    (of_him,) = _disputable(await his.get(HERE))
    (own,) = _disputable(await hers.get(HERE))
    seen = []
    for event_id in (of_him, "nothing-like-it", ""):
        page = await hers.get(f"{NOT_ME}?e={event_id}")
        seen.append((str(page.response.url), page.ids))
    assert seen[0] == seen[1] == seen[2]
    csrf = (await hers.get(f"{NOT_ME}?e={own}")).form("submit")["fields"]["csrf"]
    page = await hers.post(NOT_ME, {"csrf": csrf, "event": of_him})
    assert "page-history" in page.ids
    assert (await hers.get(f"{HERE}?b={of_him}")).ids == (await hers.get(HERE)).ids
    assert await world.records(EventType.PERSON_LOCKED, EventType.CASE_OPENED) == []


async def test_looking_locks_nothing_and_neither_does_a_forged_form(world: World) -> None:
    browser = world.browser()
    await world.signed_in(browser, (await world.person()).person_id)
    (own,) = _disputable(await browser.get(HERE))
    assert "page-not-me" in (await browser.get(f"{NOT_ME}?e={own}")).ids
    assert (await browser.post(NOT_ME, {"event": own})).status == 403
    assert await world.records(EventType.PERSON_LOCKED) == []


async def test_not_me_locks_ends_everything_opens_a_case_and_says_the_way_back(world: World) -> None:
    rp = await world.client()
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor)
    other = world.browser()
    await world.signed_in(other, visitor.person.person_id)
    sign_in, *_ = await world.records(EventType.SESSION_STARTED)
    page = await other.get(f"{NOT_ME}?e={sign_in.event_id}")
    page = await other.press(page, "submit", what="guided")
    assert {"page-account-locked", "case"} <= page.ids
    assert world.cookie_of(other, "session") is None
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert "page-account-sign-in" in (await visitor.browser.get("/account")).ids
    (locked,) = await world.records(EventType.PERSON_LOCKED)
    assert (locked.actor, locked.payload["ground"]) == (locked.subject_ref, Ground.HOLDER.value)
    (opened,) = await world.records(EventType.CASE_OPENED)
    assert opened.payload["kind"] == CaseKind.NOT_ME.value
    assert str(opened.payload["case_id"]) in page.response.text

    def unlock(tx: Tx) -> Done[bool]:
        return Done(
            lift_ground(
                tx,
                visitor.person.person_id,
                Ground.HOLDER,
                "papers seen",
                actor="operator:clerk",
                occasion=world.occasion,
            )
        )

    assert await world.write(unlock)
    person = await world.provider.database.read(lambda tx: tx.people.get(visitor.person.person_id))
    assert person is not None
    assert person.status is PersonStatus.ACTIVE
