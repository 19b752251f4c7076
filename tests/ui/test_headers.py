"""Headers of pages and files – attack row H06."""

import hashlib
import re

import pytest

from idp.ui.headers import form_action_source, page_headers, static_headers
from idp.ui.static import STATIC, static


def test_a_page_allows_nothing_but_our_own_files_and_forms() -> None:
    headers = dict(page_headers(https=True))
    assert headers[b"content-security-policy"] == (
        b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        b"frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert headers[b"cross-origin-opener-policy"] == b"same-origin"
    assert headers[b"cross-origin-resource-policy"] == b"same-origin"
    assert b"camera=()" in headers[b"permissions-policy"]
    assert headers[b"strict-transport-security"].startswith(b"max-age=63072000")


def test_hsts_is_not_sent_over_plain_http() -> None:  # RFC 6797 §7.2
    assert b"strict-transport-security" not in dict(page_headers(https=False))
    assert b"strict-transport-security" not in dict(static_headers(https=False))


def test_a_form_may_lead_to_the_origin_it_names() -> None:
    source = form_action_source("https://dichvucong.haiphong.example/oidc/callback?x=1")
    policy = dict(page_headers(form_action=(source,), https=True))[b"content-security-policy"]
    assert b"form-action 'self' https://dichvucong.haiphong.example;" in policy


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("https://App.Example:8443/cb", "https://app.example:8443"),
        ("http://127.0.0.1:50123/cb", "http://127.0.0.1:50123"),
        ("http://[::1]:50123/cb", "http:"),
        ("vn.haiphong.app:/cb", "vn.haiphong.app:"),
    ],
)
def test_the_source_of_a_redirect_uri_is_its_origin(uri: str, source: str) -> None:
    assert form_action_source(uri) == source


@pytest.mark.parametrize(
    "source",
    [
        "*",
        "https://a.example; script-src *",
        "https://a.example 'unsafe-inline'",
        "'none'",
        "",
        "https://*.x",
    ],
)
def test_a_source_that_would_widen_the_policy_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="form-action"):
        page_headers(form_action=(source,), https=True)
    with pytest.raises(ValueError, match="source"):
        page_headers(frame_src=(source,), https=True)


def test_a_page_frames_the_origins_it_names_and_no_scheme_as_a_whole() -> None:  # Front-Channel Logout §3
    sources = ("https://a.example", "https://b.example:8443")
    policy = dict(page_headers(frame_src=sources, https=True))[b"content-security-policy"]
    assert b"; frame-src https://a.example https://b.example:8443;" in policy
    for source in ("http:", "https:", "vn.haiphong.app:"):
        with pytest.raises(ValueError, match="source"):
            page_headers(frame_src=(source,), https=True)


def test_files_are_served_under_their_digest_and_never_change() -> None:
    for path, (content_type, body) in STATIC.items():
        match = re.fullmatch(r"/static/[a-z_]+\.([0-9a-f]{8})\.[a-z]+", path)
        assert match is not None
        assert match[1] == hashlib.sha256(body).hexdigest()[:8]
        assert content_type
    assert b"immutable" in dict(static_headers(https=True))[b"cache-control"]
    assert static("hpid.css") in STATIC
    with pytest.raises(KeyError):
        static("../settings.py")
