"""The page that posts an answer to a service: one form, one script, and nothing that leads elsewhere."""

import hashlib
from base64 import b64encode

import pytest

from idp.ui.answering import SCRIPT
from idp.ui.headers import form_action_source, posting_headers
from idp.ui.language import Language
from idp.ui.pages import Frame, Pages
from tests.ui.html import Page
from tests.ui.test_escaping import POLYGLOTS

CALLBACK = "https://dichvucong.haiphong.example/callback?x=1&y=2"
ANSWER = {"code": "hp_code_x", "state": "s", "iss": "https://id.haiphong.example"}


def answering_page(pages: Pages, language: Language = Language.VI, **changes: object) -> Page:
    context = {"redirect_uri": CALLBACK, "host": "dichvucong.haiphong.example", "answer": ANSWER, **changes}
    return Page(pages.render("answering.html", Frame(language=language), **context).decode())


@pytest.mark.parametrize("language", Language)
def test_it_holds_one_form_with_the_answer_and_a_button(pages: Pages, language: Language) -> None:
    page = answering_page(pages, language)
    assert page.faults == []
    assert page.one("html").attrs["lang"] == language
    assert page.one("title").text == f"{page.one('h1').text} – Hải Phòng ID"
    assert page.one("form").attrs["method"] == "post"
    assert page.one("form").attrs["action"] == CALLBACK
    assert {field.attrs["name"]: field.attrs["value"] for field in page.all("input")} == ANSWER
    assert page.one("button").attrs["id"] == "submit"
    assert "name" not in page.one("button").attrs
    assert len(page.ids()) == len(set(page.ids()))


def test_its_one_script_is_the_one_its_policy_names(pages: Pages) -> None:
    script = answering_page(pages).one("script")
    digest = b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    headers = dict(posting_headers(source=form_action_source(CALLBACK), script=SCRIPT, https=True))
    assert headers[b"content-security-policy"].decode() == (
        f"default-src 'none'; style-src 'self'; script-src 'sha256-{digest}'; img-src 'self'; "
        "form-action https://dichvucong.haiphong.example https:; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"referrer-policy"] == b"no-referrer"


@pytest.mark.parametrize("polyglot", POLYGLOTS)
def test_whatever_the_state_holds_the_page_keeps_its_shape(
    pages: Pages, polyglot: str
) -> None:  # SECURITY A11
    page = answering_page(
        pages, answer={**ANSWER, "state": polyglot}, redirect_uri=CALLBACK + polyglot, host=polyglot
    )
    assert page.faults == []
    assert page.shape() == answering_page(pages).shape()
    assert {field.attrs["name"]: field.attrs["value"] for field in page.all("input")}["state"] == polyglot
