"""No hint helps with a password, and no question stands in for one – SP 800-63B-4 §3.1.1.2 (SECURITY §3, row 8).

Looked for where such a thing would have to be: in what is kept, in what forms ask, in what pages say.
"""

import re

import pytest

from idp.database import metadata
from idp.transaction import Tx
from idp.ui.strings import STRINGS
from tests.ui.every_page import Seen, on_every_page

HINTS = re.compile(
    r"(password|passphrase|secret)[-_ ]?(hint|reminder)|(security|secret|challenge)[-_ ]?(question|answer)"
    r"|mother.{0,12}maiden|first (pet|school)|gợi ý mật khẩu|nhắc mật khẩu|câu hỏi (bảo mật|bí mật|kiểm tra)"
    r"|tên thời con gái",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "planted",
    [
        "password_hint",
        "security-question",
        "secret answer",
        "Câu hỏi bảo mật",
        "Gợi ý mật khẩu",
        "Mother's maiden name",
    ],
)
def test_what_is_looked_for_would_be_found(planted: str) -> None:
    assert HINTS.search(planted)


def test_nothing_of_the_kind_is_kept() -> None:
    assert Tx.unit.__doc__, "every store is imported"
    names = [f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns]
    assert "passwords.password_hash" in names
    assert [name for name in names if HINTS.search(name)] == []


def test_no_page_says_or_asks_anything_of_the_kind() -> None:
    said = [text for words in STRINGS.values() for text in words.values()]
    assert len(said) > 1000
    assert [text for text in said if HINTS.search(text)] == []


@on_every_page
def test_no_form_has_a_field_for_it(seen: Seen) -> None:
    names = [
        element.attrs.get("name", "")
        for element in seen.page.elements
        if element.tag in {"input", "textarea", "select"}
    ]
    assert [name for name in names if HINTS.search(name)] == []
