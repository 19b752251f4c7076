"""What is proved of a consent is the very text that was read: who asks, for what, by which law, in the reader's words.

Law 91/2025/QH15 (provable: who, when, which text); PAGES §3.1.7; SECURITY A08.
"""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.citizen.consent_offer import Asking, make_offer
from idp.database import Done
from idp.edge.page import relying_party
from idp.ids import ClientId
from idp.people.model import Person
from idp.protocol.acting import ContextKind
from idp.transaction import Tx
from idp.ui.language import Language
from tests import make
from tests.driver import Browser, Page, RelyingParty
from tests.world import World

REGISTERED: dict[str, Any] = {
    "name": "Học tập suốt đời",
    "name_en": "Lifelong learning",
    "agency": "Sở Giáo dục và Đào tạo",
    "law": "Nghị định 1/2026/NĐ-CP",
    "purpose": "gửi kết quả",
    "purpose_en": "send the result",
    "policy_uri": "https://rp-w.example/policy",
}
SCOPE = "openid profile email"
_VOID = {"meta", "link", "input", "br", "wbr", "hr", "img", "path", "circle"}
_MARKS = re.compile(r'\*\*|\[|\]\([^)\s]*(?: "[a-z-]+")?\)')


class _Said(HTMLParser):
    """The text of the consent form, without the person's own values."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _VOID:
            self._open.append((tag, given.get("action") or given.get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        is_told = ("div", "span") in pairwise(tags[tags.index("li") :] if "li" in tags else ())
        is_asked = ("span", "txt") in self._open[:-1] and "strong" not in tags
        is_form = any(mark.startswith("/consent") for _, mark in self._open)
        if is_form and not is_told and not is_asked:
            self.text += data


def _said(page: Page) -> str:
    read = _Said()
    read.feed(page.response.text)
    return "".join(read.text.split())


async def _reader(world: World, language: Language, person: Person) -> Browser:
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    if language is Language.EN:
        await browser.press(await browser.get("/account"), "lang-en")
    return browser


async def _hashes(world: World) -> list[str]:
    return [str(one.payload["text_hash"]) for one in await world.records(EventType.CONSENT_RECORDED)]


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "told and asked": ("openid profile email", {}),
    "told": ("openid profile", {}),
    "told, no law named": ("openid profile", {"law": ""}),
    "asked": ("openid email phone", {"tos_uri": "https://rp-w.example/tos"}),
    "asked, no purpose": ("openid email", {"purpose": "", "purpose_en": "", "policy_uri": None}),
    "only terms": ("openid email", {"policy_uri": None, "tos_uri": "https://rp-w.example/tos"}),
    "no name in English": ("openid profile email", {"name_en": "", "purpose_en": "", "agency": ""}),
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("years", [42, 12])
@pytest.mark.parametrize("kind", KINDS)
async def test_the_words_that_are_hashed_are_those_of_the_page(
    world: World, kind: str, years: int, language: Language
) -> None:
    """Sentence for sentence: no string of the page can change and leave the hash as it was."""
    scope, changes = KINDS[kind]
    wards = (ContextKind.PERSON, ContextKind.WARD) if kind == "asked" else (ContextKind.PERSON,)
    rp = await world.client("rp-w", **{**REGISTERED, **changes}, subject_contexts=wards)
    profile = make.full_profile(birthdate=f"{world.time().year - years}-01-01", personal_id="")
    person = await world.person("hoa", profile=profile)
    browser = await _reader(world, language, person)
    page = await browser.get(rp.authorize_url(scope=scope))
    client = await world.provider.configuration.client(ClientId("rp-w"))
    assert client is not None
    asking = Asking(
        client=client.facts,
        rp=relying_party(client.facts, rp.redirect_uri),
        person=person,
        wanted=tuple(scope.split()),
        is_for_parents=years < 16,
    )
    scopes = tuple(scope.split()[1:])
    offer = make_offer(asking, scopes, language, now=world.time())
    lines = offer.words.split("\n")[len(scopes) :]
    assert lines[0] == language.value
    assert _said(page) == "".join(_MARKS.sub("", "".join(lines[1:])).split())
    await browser.press(page, "allow")
    assert await _hashes(world) == [offer.text_hash]


CHANGES: dict[str, tuple[Language, Any]] = {
    "name": (Language.VI, "Dạy nghề"),
    "name_en": (Language.EN, "Vocational training"),
    "agency": (Language.EN, "Công ty Quảng cáo"),
    "law": (Language.EN, "Nghị định 2/2026/NĐ-CP"),
    "purpose": (Language.VI, "quảng cáo"),
    "purpose_en": (Language.EN, "advertise"),
    "policy_uri": (Language.EN, "https://rp-w.example/other"),
}


@pytest.mark.parametrize("fact", CHANGES)
async def test_what_changes_between_reading_and_pressing_is_read_again_and_proved_as_another_text(
    world: World, fact: str
) -> None:
    language, value = CHANGES[fact]
    rp = await world.client("rp-w", **REGISTERED)
    first = await _reader(world, language, await world.person("alice"))
    await first.press(await first.get(rp.authorize_url(scope=SCOPE)), "allow")
    second = await _reader(world, language, await world.person("bob"))
    page = await second.get(rp.authorize_url(scope=SCOPE))
    await world.change_client("rp-w", **{fact: value})
    again = await second.press(page, "allow", extra=[("scope", "email")])
    assert "page-consent" in again.ids
    assert value in again.response.text
    assert len(await _hashes(world)) == 1, "nothing was agreed to"
    assert "code" in (await second.press(again, "allow")).answer
    before, after = await _hashes(world)
    assert before != after


async def test_the_same_words_are_the_same_text_whoever_reads_them(world: World) -> None:
    rp = await world.client("rp-w", **REGISTERED)
    for name in ("alice", "bob"):
        browser = await _reader(world, Language.VI, await world.person(name))
        await browser.press(await browser.get(rp.authorize_url(scope=SCOPE)), "allow")
    one, other = await _hashes(world)
    assert one == other


async def test_what_was_agreed_to_in_other_words_still_counts(world: World, rp: RelyingParty) -> None:
    """The hash proves; it decides nothing. Another purpose does, and that is told apart (test_consent_basis.py)."""
    visitor = await world.visitor(rp)

    def of_an_earlier_release(tx: Tx) -> Done[None]:
        held = tx.consents.of_client(visitor.person.person_id, ClientId(rp.client_id))
        tx.consents.add(
            replace(one, consent_id=f"old-{one.consent_id}", text_version="2026-01", text_hash="ab" * 32)
            for one in held
        )
        return Done(None)

    await world.write(of_an_earlier_release)
    await world.change_client(rp.client_id, agency="Sở khác", name_en="Another name")
    page = await visitor.browser.get(rp.authorize_url(scope="openid profile email", prompt="none"))
    assert "code" in page.answer
