"""What is kept of the line a browser sends of itself."""

import pytest

from idp.audit.agent import device_of

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/142.0 Safari/537.36",
            "Chrome, Windows",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0) {_WEBKIT} Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        (f"Mozilla/5.0 (Linux; Android 14; SM-S921B) {_WEBKIT} Chrome/142.0 Mobile", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iOS"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15.0; rv:144.0) Gecko Firefox/144.0", "Firefox, macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/142.0 Safari/537.36", "Chrome, Linux"),
        ("curl/8.5.0", ""),
        ("Windows", "Windows"),
        ("", ""),
        ("<script>alert(1)</script>\r\nset-cookie: x", ""),
        ("x" * 600 + "Chrome/1 Windows", ""),
    ],
)
def test_two_words_of_a_closed_list_are_kept_and_nothing_else(line: str, kept: str) -> None:
    assert device_of(line) == kept
