"""The copy of all that is held: asked for, made by the worker, taken by its person alone (PAGES §3.1.20; G01, G08)."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cases.model import CaseKind
from idp.cases.service import answer_question, close_case, open_case
from idp.credentials.service import set_recovery_codes
from idp.data_rights.jobs import make_copies
from idp.database import Done
from idp.life_events.model import Ground
from idp.life_events.service import open_ground
from idp.transaction import Tx
from tests.driver import Browser, RelyingParty
from tests.endpoints.test_account_data import HERE, at_account, numbered, send
from tests.endpoints.test_devices import come
from tests.processes import ROOT
from tests.world import World

DOWNLOAD = f"{HERE}/copy/file"
DOCUMENTED = (ROOT / "docs" / "reference" / "data-copy.md").read_text(encoding="utf-8")
HOSTILE = "</script><script>alert(1)</script>&\u2028\"'{{7*7}}=cmd|' /C calc'!A0"


async def made(world: World, browser: Browser) -> None:
    page = await browser.press(await browser.get(HERE), "export")
    assert "copy-waits" in page.ids
    occasion = Occasion(clock=world.provider.clock, now=world.time(), txn="")
    assert (
        await make_copies(world.provider.database, occasion, issuer=world.issuer, lasts=timedelta(days=1))
        == 1
    )


async def downloaded(browser: Browser) -> dict[str, Any]:
    page = await browser.press(await browser.get(HERE), "download-copy")
    assert page.response.headers["content-type"] == "application/json"
    return dict(json.loads(page.response.content))


async def test_it_holds_everything_and_no_secret(world: World, rp: RelyingParty) -> None:
    person, _ = await world.citizen()
    browser = await at_account(world, person)
    await world.agree(person.person_id, rp)
    page = await browser.get(rp.authorize_url())
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    claims = (await world.userinfo(tokens["access_token"])).json()
    code = "ABCD-EFGH-JKMN"
    await world.write(
        lambda tx: set_recovery_codes(tx, person_id=person.person_id, codes=[code], occasion=world.occasion)
    )
    await send(browser, "correct", what=HOSTILE)
    await made(world, browser)
    page = await browser.press(await browser.get(HERE), "download-copy")
    content, text = json.loads(page.response.content), page.response.text
    assert set(content) == {
        *("format", "version", "issuer", "made_at", "account", "attributes", "identifiers", "addresses"),
        *("contacts", "national_accounts", "papers", "consents", "services", "subjects", "mandates", "posts"),
        *("sessions", "browsers", "factors", "cases", "requests", "history"),
    }
    assert all(f"`{part}`" in DOCUMENTED for part in content)
    assert {one["kind"] for one in content["factors"]} == {"password", "totp", "recovery-codes"}
    assert content["requests"][0]["what"] == HOSTILE.replace("\u2028", "")
    (one, *_rest) = content["attributes"]
    assert (one["attribute"], one["full_name"]) == ("name", person.profile.full_name)
    assert {len(one["text_sha256"]) for one in content["consents"]} == {64}
    assert content["services"][0]["client_id"] == rp.client_id
    assert content["history"]["complete"] is True
    assert {"data-copy:asked", "code:issued"} <= {one["event"] for one in content["history"]["events"]}
    (went,) = [one["claims"] for one in content["history"]["events"] if one["event"] == "userinfo:read"]
    assert went == sorted(claims)
    secrets = await world.provider.database.read(
        lambda tx: (tx.passwords.get(person.person_id), tx.totp.get(person.person_id))
    )
    assert secrets[0] is not None
    assert secrets[1] is not None
    cookie = world.cookie_of(browser, "session")
    for secret in (secrets[0].password_hash, secrets[1].secret, code, cookie, person.person_id):
        assert str(secret) not in text


async def test_browsers_are_named_without_what_knows_them_again(world: World, rp: RelyingParty) -> None:
    person, citizen = await world.citizen()
    browser = world.browser()
    await come(world, rp, citizen, browser)
    await come(world, rp, citizen, world.browser(), public="yes")
    _, other = await world.citizen("bob")
    await come(world, rp, other, world.browser())
    reader = await at_account(world, person)
    await made(world, reader)
    content = await downloaded(reader)
    assert [(one["client_id"], one["public"]) for one in content["browsers"]] == [
        (rp.client_id, True),
        (rp.client_id, False),
    ]
    assert all(one["first_seen_at"] <= one["last_seen_at"] for one in content["browsers"])
    held = world.cookie_of(browser, "device")
    assert held is not None
    assert held not in json.dumps(content)
    page = await reader.press(await reader.get(HERE), "read-copy")
    assert {"part-browsers", "part-cases"} <= page.ids
    assert not re.search(r"[0-9]T[0-9]{2}:[0-9]{2}|>first_seen_at<|urn:haiphong", page.response.text), "words"


async def test_cases_are_told_with_what_was_said_and_no_official_s_words(world: World) -> None:
    person, clerk = await world.person(), "operator:lan"

    def happened(tx: Tx) -> Done[None]:
        occasion = world.occasion
        asked, gone = (
            open_case(tx, kind, person.person_id, facts, about=kind.value, occasion=occasion)
            for kind, facts in (
                (CaseKind.QUESTION, {"event_id": "e1", "event": "people:searched"}),
                (CaseKind.NOT_ME, {"event": "session:started", "said": "phone-lost", "factors": "totp sms"}),
            )
        )
        answer_question(tx, asked, "Theo văn bản 12/CAHP.", actor=clerk, occasion=occasion)
        close_case(tx, gone, "suspect known to the police", actor=clerk, occasion=occasion)
        return Done(None)

    await world.write(happened)
    browser = await at_account(world, person)
    await made(world, browser)
    page = await browser.press(await browser.get(HERE), "download-copy")
    cases = {one["kind"]: one for one in json.loads(page.response.content)["cases"]}
    assert cases["question"]["answer"] == "Theo văn bản 12/CAHP."
    told = {name: cases["not-me"][name] for name in ("event", "said", "factors", "answer", "state")}
    assert told == {
        "event": "session:started",
        "said": "phone-lost",
        "factors": ["totp", "sms"],
        "answer": None,
        "state": "closed",
    }
    said = next(line for line in DOCUMENTED.splitlines() if line.startswith("| `cases` |"))
    assert all(f"`{name}`" in said for name in cases["not-me"])
    assert "suspect" not in page.response.text
    assert clerk not in page.response.text


async def test_g08_nothing_that_people_wrote_becomes_markup(world: World) -> None:
    person = await numbered(world)
    hostile = replace(person.profile, full_name=HOSTILE)
    await world.write(lambda tx: Done(tx.people.update(replace(person, profile=hostile))))
    browser = await at_account(world, person)
    await send(browser, "view", what=HOSTILE)
    await made(world, browser)
    page = await browser.press(await browser.get(HERE), "download-copy")
    assert page.response.text.isascii()
    assert not set("<>&") & set(page.response.text)
    headers = page.response.headers
    assert headers["content-disposition"] == 'attachment; filename="haiphong-id-copy.json"'
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert "sandbox" in headers["content-security-policy"]
    page = await browser.press(await browser.get(HERE), "read-copy")
    assert {"page-data-copy", "part-history", "part-attributes"} <= page.ids
    assert "<script>alert" not in page.response.text
    assert "{{7*7}}" in page.response.text
    assert page.response.headers["cache-control"] == "no-store"


async def test_g01_only_its_person_takes_it_from_this_page_and_there_is_nothing_to_send_on(
    world: World,
) -> None:
    browser = await at_account(world, await numbered(world))
    await made(world, browser)
    form = (await browser.get(HERE)).form("download-copy")
    for other in (world.browser(), await at_account(world, await world.person("bob"))):
        page = await other.post(DOWNLOAD, form["fields"])
        assert page.response.headers["content-type"].startswith("text/html")
        page = await other.get(HERE)
        assert "download-copy" not in page.ids
    bob = await at_account(world, await world.person("carol"))
    page = await bob.get(HERE)
    page = await bob.post(DOWNLOAD, page.form("export")["fields"])
    assert "page-data" in page.ids, "there is none of hers"
    assert (await browser.get(DOWNLOAD)).status == 405
    assert (await browser.post(DOWNLOAD, {})).status == 403
    assert await world.records(EventType.DATA_COPY_TAKEN) == []
    assert (await downloaded(browser))["format"] == "haiphong-id-copy"


@pytest.mark.parametrize("button", ["export", "download-copy", "read-copy"])
async def test_each_step_needs_a_sign_in_of_the_last_ten_minutes(world: World, button: str) -> None:
    browser = await at_account(world, await numbered(world))
    if button != "export":
        await made(world, browser)
    page = await browser.get(HERE)
    world.time.move(minutes=10, seconds=1)
    page = await browser.press(page, button)
    assert page.status == 403
    assert "page-data" not in page.ids
    taken = await world.records(EventType.DATA_COPY_ASKED, EventType.DATA_COPY_TAKEN)
    assert len(taken) == (0 if button == "export" else 1)


async def test_there_is_one_at_a_time_and_it_is_gone_after_a_day(world: World) -> None:
    person = await numbered(world)
    browser = await at_account(world, person)
    form = (await browser.get(HERE)).form("export")
    await made(world, browser)
    page = await browser.post(f"{HERE}/copy", form["fields"])
    assert {"notice", "copy-ready"} <= page.ids
    assert len(await world.records(EventType.DATA_COPY_ASKED)) == 1
    page = await browser.get(HERE)
    world.time.move(days=1, seconds=1)
    again = await at_account(world, person)
    page = await again.press(await again.get(HERE), "export")
    assert "copy-waits" in page.ids
    await world.clean_up()
    assert len(await world.records(EventType.DATA_COPY_ASKED)) == 2


async def test_while_the_account_is_locked_nobody_takes_it(world: World) -> None:
    person = await numbered(world)
    browser = await at_account(world, person)
    await made(world, browser)
    page = await browser.get(HERE)

    def lock(tx: Tx) -> Done[bool]:
        person_id, why = person.person_id, Ground.REQUEST
        return Done(open_ground(tx, person_id, why, "letter", actor="test", occasion=world.occasion))

    await world.write(lock)
    page = await browser.press(page, "download-copy")
    assert page.response.headers["content-type"].startswith("text/html")
    assert await world.records(EventType.DATA_COPY_TAKEN) == []


async def test_a_notice_says_that_a_copy_was_made(world: World) -> None:
    browser = await at_account(world, await numbered(world))
    await made(world, browser)
    waiting = await world.provider.database.read(
        lambda tx: tx.connection.exec_driver_sql(
            "SELECT count(*) FROM outbox WHERE kind = 'notice'"
        ).scalar_one()
    )
    assert waiting == 1
    assert len(await world.records(EventType.DATA_COPY_MADE)) == 1
