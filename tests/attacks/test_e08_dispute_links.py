"""E08: the link of a notice works once, in its time, for one account, by POST alone – and all it can do is lock."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from idp.audit.events import EventType
from idp.cases.model import CaseKind, CaseState
from idp.database import Done
from idp.ids import HandleKind, bucket_of
from idp.life_events.model import Ground
from idp.life_events.service import lift_ground
from idp.messages.model.notices import Factor, Notice
from idp.people.model import Person, PersonProfile, PersonStatus
from tests.attacks.log_lines import captured_log
from tests.driver import Browser, Page
from tests.messages.office import Office

pytestmark = pytest.mark.network
HERE = "/not-me"
_LINK = re.compile(r"https?://\S+(/not-me\?t=hp_notme_[0-9a-f]{2}[A-Za-z0-9_-]{43})")


async def somebody(office: Office, name: str = "huong") -> Person:
    number = "+84539900001" if name == "huong" else "+84539900002"
    profile = PersonProfile(
        full_name="Nguyễn Thị Hương",
        email=f"{name}@example.vn",
        email_verified=True,
        phone=number,
        phone_verified=True,
    )
    return await office.world.person(name, profile=profile)


async def mail_of(office: Office, person: Person, notice: Notice, **facts: str) -> str:
    """Let a notice go out; return its mail."""

    def notify(tx: Any) -> Done[None]:
        tx.outbox.notify(person.person_id, notice, occasion=office.world.occasion, **facts)
        return Done(None)

    before = len(office.mail.texts)
    await office.world.write(notify)
    await office.deliver()
    (mail,) = office.mail.texts[before:]
    return mail.replace("=\n", "")


async def mailed(office: Office, person: Person, notice: Notice = Notice.NEW_FACTOR, **facts: str) -> str:
    """Let a notice go out; return the path of the link in its mail."""
    if notice is Notice.NEW_FACTOR and not facts:
        facts = {"factor": "password"}
    (path,) = _LINK.findall(await mail_of(office, person, notice, **facts))
    return str(path)


async def opened(office: Office, path: str) -> tuple[Browser, Page]:
    browser = office.world.browser()
    return browser, await browser.get(path)


async def test_the_reader_of_a_mail_locks_without_signing_in(office: Office) -> None:
    person = await somebody(office)
    signed_in = office.world.browser()
    await office.world.signed_in(signed_in, person.person_id)
    path = await mailed(office, person)
    assert ["/not-me" in one["text"] for one in office.sms.messages] == [False], "in mails alone"
    browser, page = await opened(office, path)
    assert {"page-dispute", "facts", "what", "submit", "cancel"} <= page.ids
    assert "Nguyễn" not in page.response.text
    page = await browser.press(page, "submit", what="guided")
    assert {"page-account-locked", "case"} <= page.ids
    assert await office.world.status_of(person.person_id) is PersonStatus.LOCKED
    assert "page-account-sign-in" in (await signed_in.get("/account")).ids
    (case,) = await office.world.provider.database.read(lambda tx: tx.cases.list(CaseState.OPEN, 10))
    assert case.kind is CaseKind.NOT_ME
    assert case.facts.items() >= {
        "notice": "new_factor", "factor": "password", "way": "link", "said": "guided", "factors": "password"
    }.items()  # fmt: skip
    assert case.case_id in page.response.text
    await office.deliver()
    assert "bị khóa" in office.mail.texts[-1]
    assert not _LINK.findall(office.mail.texts[-1]), "that it is locked needs no link"


@pytest.mark.parametrize("factor", Factor)
async def test_whatever_factor_the_mail_names_it_locks(office: Office, factor: Factor) -> None:
    person = await somebody(office)
    browser, page = await opened(office, await mailed(office, person, factor=factor.value))
    assert "page-account-locked" in (await browser.press(page, "submit", what="phone-lost")).ids
    assert await office.world.status_of(person.person_id) is PersonStatus.LOCKED


async def test_looking_uses_nothing_whoever_looks(office: Office) -> None:
    person = await somebody(office)
    path = await mailed(office, person)
    browser = office.world.browser()
    for method in ("GET", "HEAD", "GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        await browser.client.request(method, path)
    assert (await browser.post(HERE, {"link": path.partition("=")[2]})).status == 403, "no form of ours"
    assert await office.world.status_of(person.person_id) is PersonStatus.ACTIVE
    browser, page = await opened(office, path)
    assert "page-account-locked" in (await browser.press(page, "submit")).ids


async def test_it_works_once_also_when_it_is_pressed_at_once(office: Office) -> None:
    person = await somebody(office)
    browser, page = await opened(office, await mailed(office, person))
    pages = await asyncio.gather(*(browser.press(page, "submit") for _ in range(4)))
    assert sum("page-account-locked" in one.ids for one in pages) == 1
    assert len(await office.world.records(EventType.CASE_OPENED)) == 1
    again = await browser.press(page, "submit")
    assert ("page-dispute-over" in again.ids, again.status) == (True, 410)


async def test_after_one_was_used_none_of_the_others_works(office: Office) -> None:
    person, other = await somebody(office), await somebody(office, "bob")
    first = await mailed(office, person)
    second = await mailed(office, person, Notice.NEW_DEVICE, client_id="x", browser="Chrome, Android")
    of_other = await mailed(office, other)
    browser, page = await opened(office, first)
    _, other_page = await opened(office, second)
    assert "Chrome, Android" in other_page.response.text
    await browser.press(page, "submit")
    await office.world.write(
        lambda tx: Done(
            lift_ground(
                tx,
                person.person_id,
                Ground.HOLDER,
                "seen",
                actor="operator:a",
                occasion=office.world.occasion,
            )
        )
    )
    for path in (first, second):
        _, page = await opened(office, path)
        assert "page-dispute-over" in page.ids
    assert await office.world.status_of(person.person_id) is PersonStatus.ACTIVE
    _, page = await opened(office, of_other)
    assert "page-dispute" in page.ids, "another's is another's"
    assert await office.world.status_of(other.person_id) is PersonStatus.ACTIVE


async def test_it_is_over_after_seventy_two_hours(office: Office) -> None:
    person = await somebody(office)
    path = await mailed(office, person)
    office.world.time.moment += timedelta(hours=71, minutes=59)
    browser, page = await opened(office, path)
    assert "page-dispute" in page.ids
    office.world.time.moment += timedelta(hours=1)
    assert "page-dispute-over" in (await opened(office, path))[1].ids
    assert "page-dispute-over" in (await browser.press(page, "submit")).ids
    assert await office.world.status_of(person.person_id) is PersonStatus.ACTIVE


async def test_a_forged_or_foreign_link_reads_like_one_that_is_over(office: Office) -> None:
    person = await somebody(office)
    handle, clock = bucket_of(person.person_id), office.world.provider.clock
    path = await mailed(office, person)
    seen = set()
    for forged in (
        clock.handle(HandleKind.DISPUTE, handle),
        clock.handle(HandleKind.LINK, handle),
        path.partition("=")[2][:-1] + "_",
        "x",
        "",
    ):
        _, page = await opened(office, f"{HERE}?t={forged}")
        seen.add((page.status, frozenset(page.ids)))
    assert len(seen) == 1
    assert await office.world.status_of(person.person_id) is PersonStatus.ACTIVE


async def test_the_key_is_only_in_the_mail(office: Office) -> None:
    person = await somebody(office)
    with captured_log() as lines:
        path = await mailed(office, person)
        key = path.partition("=")[2]
        browser, page = await opened(office, path)
        await browser.press(page, "submit")
    assert key not in str(lines.__dict__)
    tables = ("dispute_links", "outbox", "audit_events", "cases")

    def stored(tx: Any) -> Done[str]:
        return Done(
            "".join(repr(tx.connection.execute(text(f"SELECT * FROM {one}")).all()) for one in tables)  # noqa: S608
        )

    assert key not in await office.world.write(stored)
    assert await office.world.write(lambda tx: Done(tx.dispute_links.end_all(person.person_id))) == 0


@pytest.mark.parametrize(
    ("notice", "facts"),
    [
        (Notice.OFFICIAL_LOOKED, {"actor": "operator:lan"}),
        (Notice.HIGH_RISK_ACT, {"act": "locked"}),
        (Notice.QUESTION_ANSWERED, {}),
        (Notice.DATA_REQUEST, {"step": "refused"}),
    ],
)
async def test_what_nobody_did_in_their_name_brings_no_link(
    office: Office, notice: Notice, facts: dict[str, str]
) -> None:
    person = await somebody(office)
    assert "not-me" not in await mail_of(office, person, notice, **facts)


@pytest.mark.parametrize(
    ("notice", "facts"),
    [
        (Notice.UNUSUAL_SIGN_IN, {"browser": "Chrome, Android"}),
        (Notice.CROSS_DEVICE, {"deed": "confirmed", "browser": "Chrome, Android"}),
        (Notice.DATA_COPY, {}),
        (Notice.DATA_REQUEST, {"step": "closing"}),
        (Notice.DATA_REQUEST, {"step": "received"}),
        (Notice.HIGH_RISK_ACT, {"act": "power_given"}),
    ],
)
async def test_whatever_else_a_thief_does_in_their_name_the_mail_of_it_locks(
    office: Office, notice: Notice, facts: dict[str, str]
) -> None:
    person = await somebody(office)
    browser, page = await opened(office, await mailed(office, person, notice, **facts))
    assert "page-account-locked" in (await browser.press(page, "submit")).ids
    assert await office.world.status_of(person.person_id) is PersonStatus.LOCKED
