"""A08: a page left open at a browser that several people use counts for whom it was shown to, never for who came after.

Both are signed in at one browser, one after the other, so cookie and anti-forgery value are the same for both.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

import idp
from idp.people.model import Person, PersonStatus
from tests.driver import Browser, Page
from tests.endpoints.phones import PHONE, open_code, phone, screen
from tests.world import World

PASSWORD = "bốn con trâu trắng 1907"
WORDS = "Only Alice may ever read this"
_TEMPLATES = Path(idp.__file__).parent / "citizen" / "templates"
_ACTION = re.compile(r'method="post" action="(/account/[a-z/-]+|/recover/renew)')
_FOR_ANYBODY = {"/account/sign-in"}
"""Leads to a sign-in and changes nothing."""

FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "/account/data/close": ("submit", {"sure": "yes"}),
    "/account/data/request?r=view": ("submit", {"what": WORDS}),
    "/account/data/request?r=restrict": ("submit", {}),
    "/account/methods/password": ("submit", {"username": "alice-1", "new-password": PASSWORD}),
    "/account/methods/recovery-codes": ("submit", {}),
    "/account/number": ("submit", {}),
    "/account/data": ("export", {}),
    "/recover/renew": ("submit", {}),
    "/lock": ("lock-signed-in", {}),
}
"""Page → its button, and what was typed."""


@dataclass
class Shared:
    """A browser at which Alice was, and Bob is signed in now."""

    world: World
    browser: Browser
    alice: Person
    bob: Person
    pages: dict[str, Page] = field(default_factory=dict)


async def _shared(world: World, *left_open: str) -> Shared:
    alice = await world.person("alice")
    profile = replace(
        alice.profile, full_name="Trần Văn Bình", email="bob@example.vn", personal_id="031084000022"
    )
    bob = await world.person("bob", profile=profile)
    browser = world.browser()
    await world.signed_in(browser, alice.person_id)
    pages = {path: await browser.get(path) for path in left_open}
    await world.signed_in(browser, bob.person_id)
    return Shared(world, browser, alice, bob, pages)


@pytest.mark.parametrize("path", FORMS)
async def test_a08_a_page_left_open_changes_nothing_of_who_signed_in_since(world: World, path: str) -> None:
    shared = await _shared(world, path)
    before = await world.events()
    button, typed = FORMS[path]
    answer = await shared.browser.press(shared.pages[path], button, **typed)
    assert (answer.status, answer.case) == (403, "account-over")
    assert WORDS not in answer.response.text
    assert PASSWORD not in answer.response.text
    assert await world.events() == before
    assert await world.status_of(shared.bob.person_id) is PersonStatus.ACTIVE


@pytest.mark.parametrize("path", FORMS)
async def test_a08_the_same_form_counts_for_whom_it_was_shown_to(world: World, path: str) -> None:
    shared = await _shared(world)
    page = await shared.browser.get(path)
    before = len(await world.events())
    await world.signed_in(shared.browser, shared.bob.person_id)  # anew: it is the person that counts
    button, typed = FORMS[path]
    answer = await shared.browser.press(page, button, **typed)
    assert answer.case == ""
    assert len(await world.events()) > before + 1


async def test_a08_an_address_typed_by_one_is_sent_no_code_for_another(world: World) -> None:
    shared = await _shared(world, "/account/data/close")
    left_open = shared.pages["/account/data/close"].form("submit")["fields"]
    fields = {**left_open, "channel": "email", "email": "alice.new@example.vn"}
    for path in ("/account/contacts", "/account/contacts/code"):
        answer = await shared.browser.post(path, fields)
        assert (answer.status, answer.case) == (403, "account-over")


async def test_a08_another_s_mark_and_a_made_up_one_open_nothing(world: World) -> None:
    shared = await _shared(world, "/account/data/close")
    own = (await shared.browser.get("/account/data/close")).form("submit")["fields"]
    alices = shared.pages["/account/data/close"].form("submit")["fields"]
    assert own["csrf"] == alices["csrf"]
    assert own["shown-to"] != alices["shown-to"]
    for mark in (alices["shown-to"], "x", own["shown-to"] + "x", own["csrf"]):
        answer = await shared.browser.post("/account/data/close", {**own, "shown-to": mark, "sure": "yes"})
        assert (answer.status, answer.case) == (403, "account-over")
    other = shared.world.browser()
    await world.signed_in(other, shared.bob.person_id)
    elsewhere = (await other.get("/account/data/close")).form("submit")["fields"]
    assert elsewhere["shown-to"] != own["shown-to"], "the mark tells nothing that two browsers could compare"


async def test_a08_every_form_that_changes_an_account_says_whose_it_is(world: World) -> None:
    """Whatever page it stands on: none can be forgotten."""
    person = await world.person("alice")
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    paths = sorted(
        {found for one in _TEMPLATES.glob("*.html") for found in _ACTION.findall(one.read_text("utf-8"))}
    )
    seen = set()
    for path in ("/account", *paths, "/account/sessions", "/account/data/request?r=view", "/lock"):
        posting = [form for form in (await browser.get(path)).forms if "csrf" in form["fields"]]
        for form in posting:
            action = form["action"].partition("?")[0]
            if action.startswith(("/account/", "/recover/", "/lock")) and action not in {
                *_FOR_ANYBODY,
                "/lock/recovery",
            }:
                assert form["fields"].get("shown-to"), (path, action)
                seen.add(action)
    assert seen >= {"/account/data/close", "/account/methods/password", "/recover/renew", "/lock"}


async def test_a08_a_phone_s_page_left_open_signs_nobody_else_in_on_the_other_device(world: World) -> None:
    rp = await world.client()
    alice, bob = await world.person("alice"), await world.person("bob")
    mobile, shown = await phone(world, alice.person_id), await screen(world, rp)
    left_open = await open_code(mobile, shown.code)
    await world.signed_in(mobile, bob.person_id, agent=PHONE)
    asked = await mobile.press(left_open, "submit", number=shown.number)
    assert (asked.status, asked.path) == (200, f"/q/{shown.code}"), "Bob is asked himself"
    assert await shown.state() == 204
    await mobile.press(asked, "submit", number=shown.number)
    assert await shown.state() == 200


async def test_a08_signing_out_everywhere_is_asked_anew_of_who_signed_in_since(world: World) -> None:
    shared = await _shared(world, "/end_session")
    home = world.browser()
    await world.signed_in(home, shared.bob.person_id)
    asked = await shared.browser.press(shared.pages["/end_session"], "sign-out-all")
    assert "page-sign-out" in asked.ids, "Bob is asked himself"
    for browser in (home, shared.browser):
        assert "all-history" in (await browser.get("/account")).ids
    done = await shared.browser.press(asked, "sign-out-all")
    assert "page-signed-out" in done.ids
    assert "all-history" not in (await home.get("/account")).ids


async def test_a08_a_page_left_open_still_signs_this_browser_out(world: World) -> None:
    shared = await _shared(world, "/end_session")
    home = world.browser()
    await world.signed_in(home, shared.bob.person_id)
    done = await shared.browser.press(shared.pages["/end_session"], "sign-out-here")
    assert "page-signed-out" in done.ids
    assert "all-history" not in (await shared.browser.get("/account")).ids
    assert "all-history" in (await home.get("/account")).ids
