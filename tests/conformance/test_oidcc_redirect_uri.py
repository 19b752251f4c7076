"""Modules about redirect_uri: what is not registered byte for byte gets a page of ours (PROTOCOL rule 13)."""

import pytest

from tests.conformance.certified import Outside
from tests.conformance.registered import register
from tests.conformance.suite import Suite

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]


@pytest.fixture
def suite(op: Outside) -> Suite:
    return Suite(op, op.relying_party("hpid-basic"))


async def _shows_an_error(suite: Suite, **changes: str | None) -> None:
    page = await suite.browser.get(suite.url(**changes))

    assert page.left_for is None
    assert page.status == 400
    assert "error" in page.ids


@pytest.mark.parametrize("added", ["/x7Qh", "?foo=bar", "?foo=bar&foo=bar", "#x", "%2F", "/../callback"])
async def test_oidcc_ensure_registered_redirect_uri(suite: Suite, added: str) -> None:
    """Also oidcc-redirect-uri-query-added: the query of an address is part of it."""
    await _shows_an_error(suite, redirect_uri=suite.rp.redirect_uri + added)


async def test_oidcc_ensure_redirect_uri_in_authorization_request(op: Outside) -> None:
    """The module's client registers addresses of two hosts, and says nothing of subjects."""
    own = f"{op.suite.url}/test/a/hpid-dynamic/callback"
    client = await register(op, redirect_uris=[own, "https://example.org/redirect"])

    await _shows_an_error(client, redirect_uri=None)
