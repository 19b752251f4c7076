"""A fault of ours is a clean answer with a reference, whatever broke – RFC 6749 §5.2, SECURITY I9, ASVS 16.5."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from jinja2 import DictLoader

from idp.app import make_app
from idp.database import DatabaseUnavailable
from idp.ui.pages import Pages
from tests.driver import Page
from tests.world import World, open_world


@pytest.fixture
async def broken(template: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A provider that has lost its templates, the one of the error page too."""
    async with open_world(template, tmp_path) as world:
        pages = Pages(world.provider.pages._site)
        pages._environment.loader = DictLoader({})
        app = make_app(replace(world.provider, pages=pages))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url=world.issuer) as client:
            yield client


@pytest.mark.parametrize("path", ["/help", "/authorize", "/end_session"])
async def test_without_any_template_there_is_still_a_page_with_a_reference(
    broken: httpx.AsyncClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = await broken.get(path)
    page = Page(response)
    if path == "/end_session":
        assert response.status_code == 303
        response = await broken.get(response.headers["location"])
        page = Page(response)
    assert response.status_code == 500
    assert page.case == "server"
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert response.headers["cache-control"] == "no-store"
    references = {str(getattr(record, "hpid", {}).get("txn", "")) for record in caplog.records} - {""}
    assert any(reference in response.text for reference in references)
    assert "Traceback" not in response.text
    assert "TemplateNotFound" in caplog.text


def details(caplog: pytest.LogCaptureFixture) -> set[str]:
    """Return what the log says of requests that were refused because something is out."""
    told = [getattr(record, "hpid", {}) for record in caplog.records]
    return {str(one["detail"]) for one in told if one.get("error") == "temporarily_unavailable"}


async def test_without_a_database_each_kind_of_answer_is_a_clean_503(
    template: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with open_world(template, tmp_path) as world:
        rp = await world.client()
        page = await world.browser().get(rp.authorize_url())
        await world.provider.database.close()
        world.provider.configuration._read_at = float("-inf")
        with pytest.raises(DatabaseUnavailable):
            await world.provider.configuration.refresh()
        answers = {
            "page": await world.http.get(rp.authorize_url()),
            "json": await rp.refresh(world.http, "hp_rt_00" + "a" * 43),
        }
        for name, response in answers.items():
            assert response.status_code == 503, name
            assert response.headers["retry-after"] == "2"
            assert response.headers["cache-control"] == "no-store"
        assert Page(answers["page"]).case == "server"
        assert answers["json"].json()["error"] == "temporarily_unavailable"
        assert page.interaction
    assert details(caplog) == {"the database is closed"}


@pytest.mark.parametrize("prompt", [None, "none", "login"])
async def test_an_outage_after_trust_is_told_to_the_relying_party(
    template: Path, tmp_path: Path, prompt: str | None, caplog: pytest.LogCaptureFixture
) -> None:  # RFC 6749 §4.1.2.1
    caplog.set_level(logging.INFO)
    async with open_world(template, tmp_path) as world:
        rp = await world.client()
        browser = world.browser()
        page = await browser.get(rp.authorize_url())
        world.provider.configuration._read_at = float("inf")  # read just now
        await world.provider.database.close()
        told = await browser.get(rp.authorize_url(prompt=prompt))
        assert told.answer["error"] == "temporarily_unavailable"
        assert (told.answer["state"], told.answer["iss"]) == (rp.state, world.issuer)
        resumed = await browser.get(f"/authorize/resume?i={page.interaction}")
        assert resumed.answer["error"] == "temporarily_unavailable"
        untrusted = await browser.get(rp.authorize_url(redirect_uri="https://evil.example/"))
        assert untrusted.left_for is None
    assert details(caplog) == {"the database is closed"}


async def test_a_fault_behind_the_token_endpoint_is_json(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    rp = await world.client()
    world.provider.configuration._clients = None  # type: ignore[assignment]
    response = await rp.refresh(world.http, "x")
    assert (response.status_code, response.json()["error"]) == (500, "server_error")
    assert response.headers["cache-control"] == "no-store"
    assert "NoneType" not in response.text
    assert "NoneType" in caplog.text, "but our log knows"
