"""The copy of one's data reads as words, in the reader's time; the file alone keeps other names (PAGES §3.1.20, §4.3)."""

import ast
import re
from pathlib import Path

from idp.ui.language import Language
from idp.ui.strings import STRINGS
from tests.ui.every_page import Key
from tests.ui.html import Page

_MAKERS = Path(__file__).parents[2] / "idp" / "data_rights" / "service"
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
_NOT_MEMBERS = {"complete", "events", "at", "event", "attribute"}
"""Of the history, which is a table with heads of its own; and what the row of an attribute says itself."""


def _members() -> set[str]:
    """Return every name that the makers of the copy write in a row."""
    found = set[str]()
    for module in ("holdings", "access", "document"):
        tree = ast.parse((_MAKERS / f"{module}.py").read_text(encoding="utf-8"))
        for one in ast.walk(tree):
            if isinstance(one, ast.Dict):
                keys = (key.value for key in one.keys if isinstance(key, ast.Constant))
                found |= {key for key in keys if isinstance(key, str)}
    return found


def test_every_member_of_the_copy_has_words_in_both_languages() -> None:
    parts = {key.removeprefix("data_part_") for key in STRINGS[Language.VI] if key.startswith("data_part_")}
    heads = {"format", "version", "issuer", "content"}
    values = {"person", "operator", "client", "recovery-codes"}
    nameless = {name for name in _members() - parts - heads - values if name not in _NOT_MEMBERS}
    assert len(nameless) > 60, "they are found"
    for language in Language:
        assert {name for name in nameless if f"copy_{name}" not in STRINGS[language]} == set()


def test_no_time_stands_there_as_machines_write_it(parsed: dict[Key, Page]) -> None:
    for language, shown in ((Language.VI, "21:12, 22/11/2026"), (Language.EN, "21:12, 22 November 2026")):
        text = parsed["data-copy", language].one("main").text
        assert shown in text, "and in Việt Nam, whatever the file says"
        assert [one for one in _INSTANT.findall(text) if not one.startswith(("9999", "2026-99"))] == []


def test_what_has_no_words_and_times_that_are_none_are_shown_as_they_stand(parsed: dict[Key, Page]) -> None:
    text = parsed["data-copy", Language.EN].one("main").text
    for kept in ("of_another_release", "of:another-release", "9999-12-31T23:59:59Z", "2026-99-99T14:12:05Z"):
        assert kept in text


def test_for_whom_somebody_acts_is_said_as_people_say_it(parsed: dict[Key, Page]) -> None:
    for language, words in (
        (Language.VI, ("con của tôi", "người tôi giám hộ", "cá nhân", "tôi")),
        (Language.EN, ("my child", "somebody I am the guardian of", "a person", "me")),
    ):
        said = [one.text for one in parsed["data-copy", language].all("dd")]
        assert [one for one in said if one in words][: len(words)] == list(words)


def test_our_own_pages_are_called_by_their_names(parsed: dict[Key, Page]) -> None:
    for language, words in ((Language.VI, "Tài khoản của tôi"), (Language.EN, "My account")):
        text = parsed["data-copy", language].one("main").text
        assert words in text
        assert "hpid:" not in text


def test_an_account_that_was_to_be_closed_and_was_kept_is_said_to_be_kept(parsed: dict[Key, Page]) -> None:
    for language, right, kept, withdrawn in (
        (Language.VI, "Xóa: đóng tài khoản", "Không đóng nữa, tài khoản được giữ lại", "Đã rút"),
        (Language.EN, "Delete: close the account", "Not closed: the account was kept", "Withdrawn"),
    ):
        said = [one.text for one in parsed["data-copy", language].all("dd")]
        assert said[said.index(right) + 1] == kept
        assert said.count(withdrawn) == 1, "that a service deletes something"
