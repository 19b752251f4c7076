"""Which language a page speaks – OpenID Connect Core §3.1.2.1, RFC 9110 §12.5.4."""

import pytest

from idp.ui.language import Language, choose

VI, EN = Language.VI, Language.EN


@pytest.mark.parametrize(
    ("ui_locales", "cookie", "accept_language", "expected"),
    [
        (None, None, None, VI),
        ("", "", "", VI),
        ("en", "vi", "vi", EN),
        ("fr en-GB vi", None, None, EN),
        ("fr de", "en", "vi", EN),
        ("fr", None, "vi;q=0.5, en;q=0.9", EN),
        (None, "en", "vi", EN),
        (None, "EN", None, EN),
        (None, "xx", "en-US,en;q=0.8", EN),
        (None, None, "en-US", EN),
        (None, None, "fr, vi-VN;q=0.7, en;q=0.3", VI),
        (None, None, "en;q=0, vi", VI),
        (None, None, "en;q=abc", VI),
        (None, None, "*", VI),
        (None, None, "eng", VI),
        ('en"><script>', "en\r\nset-cookie: a", "en;q=1;q=1", VI),
        ("fr " * 50 + "en", None, None, VI),
    ],
)
def test_the_first_source_that_names_a_language_of_ours_wins(
    ui_locales: str | None, cookie: str | None, accept_language: str | None, expected: Language
) -> None:
    assert choose(ui_locales, cookie, accept_language) is expected
