"""docs/how-to/connect-a-native-app.md: its commands, its desktop app, its phone's way, its snippets against both."""

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest

from idp.audit.events import EventType
from idp.protocol import errors
from tests.driver import RelyingParty
from tests.processes import ROOT
from tests.server import A_NODE_KNOWS_IT, ServedWorld

pytestmark = [pytest.mark.network, pytest.mark.timeout(240)]

PAGE = (ROOT / "docs" / "how-to" / "connect-a-native-app.md").read_text(encoding="utf-8")
_PATIENCE = 60.0
_ANDROID = "{http://schemas.android.com/apk/res/android}"


def blocks(language: str) -> list[str]:
    """Return the page's blocks of code in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def command(client_id: str) -> list[str]:
    """Return the words of the command that registers an app."""
    (block,) = [one for one in blocks("bash") if f"clients add {client_id}" in one]
    return shlex.split(block.replace("\\\n", " "))[1:]


def said(words: list[str], option: str) -> str:
    return words[words.index(option) + 1]


async def registered(world: ServedWorld, client_id: str, **changes: str) -> RelyingParty:
    """Register as the page says."""
    words = [changes.get(word, word) for word in command(client_id)]
    installation = world.peers[0].node.installation
    assert (await installation.run(*words)).json == {"client_id": client_id}, "it was given a secret"
    await asyncio.sleep(A_NODE_KNOWS_IT)
    await world.provider.configuration.refresh()
    return RelyingParty(client_id, said(words, "--redirect-uri"), scope=said(words, "--scope"))


@dataclass(frozen=True)
class Desktop:
    """The desktop app of the page, and where its browser was sent."""

    process: asyncio.subprocess.Process
    opened: Path

    async def address(self) -> str:
        deadline = time.monotonic() + _PATIENCE
        while not self.opened.exists():
            assert self.process.returncode is None, "it ended"
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        address = self.opened.read_text(encoding="utf-8")
        self.opened.unlink()
        return address


@asynccontextmanager
async def desktop(world: ServedWorld, folder: Path) -> AsyncIterator[Desktop]:
    """Run the desktop app as it stands on the page, with a browser that notes where it is sent."""
    (folder / "app.py").write_text(blocks("python")[0], encoding="utf-8")
    opened, browser = folder / "opened", folder / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}.new && mv {opened}.new {opened}\n')
    browser.chmod(0o700)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "app.py", cwd=folder, env={**os.environ, "ISSUER": world.issuer, "BROWSER": str(browser)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Desktop(process, opened)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def rp(world: ServedWorld) -> RelyingParty:
    return await registered(world, "my-desktop-app")


async def test_the_desktop_app_signs_in_renews_and_signs_out(
    world: ServedWorld, rp: RelyingParty, tmp_path: Path
) -> None:  # RFC 8252 §7.3
    visitor = await world.visitor(rp)
    async with desktop(world, tmp_path) as app, httpx.AsyncClient() as loopback:
        address = await app.address()
        page = await visitor.browser.get(address)
        assert page.left_for is not None
        port = page.left_for.partition("/callback")[0]
        for stranger in ("/favicon.ico", "/callback?code=x&state=x", page.left_for.replace("iss=", "iss=x")):
            url = stranger if stranger.startswith(port) else port + stranger
            assert (await loopback.get(url)).status_code == 404
        assert "close this window" in (await loopback.get(page.left_for)).text
        assert app.process.stdout is not None
        line = (await app.process.stdout.readline()).decode()
        assert line == f"Signed in: {visitor.person.profile.full_name}\n"
        assert await world.events(EventType.REFRESH_ROTATED, client_id=rp.client_id)
        out, _ = await app.process.communicate(b"\n")
        assert (app.process.returncode, out.decode().splitlines()[-1]) == (0, "Signed out.")
        assert await world.events(EventType.TOKEN_REVOKED, client_id=rp.client_id)
        page = await visitor.browser.get(await app.address())
        assert "page-signed-out" in page.ids
    assert world.cookie_of(visitor.browser, "session") is None


async def test_whoever_turns_back_is_told_so_by_the_desktop_app(
    world: ServedWorld, rp: RelyingParty, tmp_path: Path
) -> None:
    browser = world.browser()
    async with desktop(world, tmp_path) as app, httpx.AsyncClient() as loopback:
        page = await browser.press(await browser.get(await app.address()), "cancel")
        assert page.left_for is not None
        await loopback.get(page.left_for)
        _, complaint = await app.process.communicate()
        assert app.process.returncode == 1
        assert complaint.decode().splitlines()[-1] == "Not signed in: access_denied"


async def test_the_phone_s_way_through_code_refresh_and_revocation(
    world: ServedWorld, discovery: Mapping[str, Any]
) -> None:
    rp = await registered(world, "my-app")
    visitor = await world.visitor(rp)
    assert rp.client_secret is None
    without_pkce = await visitor.browser.get(
        rp.authorize_url(code_challenge=None, code_challenge_method=None)
    )
    assert without_pkce.answer["error"] == "invalid_request"
    first = await world.tokens(rp, visitor)
    second = (await rp.refresh(world.http, first["refresh_token"])).json()
    again = (await rp.refresh(world.http, first["refresh_token"])).json()
    assert first["refresh_token"] != second["refresh_token"] == again["refresh_token"]
    ended = await rp.post(world.http, "/revoke", token=second["refresh_token"])
    assert ended.status_code == 200
    refused = await rp.refresh(world.http, second["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert (await world.userinfo(second["access_token"])).status_code == 401
    address = said(command("my-app"), "--post-logout-redirect-uri")
    asked = urlencode({"id_token_hint": second["id_token"], "post_logout_redirect_uri": address})
    leaving = await visitor.browser.get(f"{discovery['end_session_endpoint']}?{asked}")
    assert leaving.left_for == address


async def test_a_private_scheme_is_refused_as_the_page_says(world: ServedWorld) -> None:  # RFC 8252 §8.4
    words = command("my-app")
    words[words.index("--redirect-uri") + 1] = "my.app:/callback"
    ran = await world.peers[0].node.installation.run(*words)
    assert "redirect_uris" in ran.refusal


def test_what_the_phones_are_told_is_what_is_registered(discovery: Mapping[str, Any]) -> None:
    words = command("my-app")
    back, left = said(words, "--redirect-uri"), said(words, "--post-logout-redirect-uri")
    (kotlin,), (swift,) = blocks("kotlin"), blocks("swift")
    for snippet in (kotlin, swift):
        assert set(re.findall(r'"(https://[^"]+)"', snippet)) == {"https://id.example.vn", back}
        assert '"my-app"' in snippet
        assert "secret" not in snippet.replace("clientSecret: nil", "")
    assert re.findall(r'setScope\("([^"]+)"\)', kotlin) == [said(words, "--scope")]
    scopes = json.loads(re.findall(r"scopes: (\[[^]]+\])", swift)[0])
    assert scopes == said(words, "--scope").split()
    assert set(scopes) <= set(discovery["scopes_supported"])
    host = urlsplit(back).hostname
    assert re.findall(r'\.https\(host: "([^"]+)"', swift) == [host]
    assert re.findall(r'backTo: "([^"]+)"', swift) == [urlsplit(back).path]

    (xml,) = blocks("xml")
    named = xml.replace("<activity", f'<activity xmlns:android="{_ANDROID[1:-1]}" xmlns:tools="tools"', 1)
    data = [data.attrib for data in ET.fromstring(named).iter("data")]  # noqa: S314 - a page of ours
    claimed = {tuple(one[f"{_ANDROID}{part}"] for part in ("scheme", "host", "path")) for one in data}
    assert claimed == {(urlsplit(uri).scheme, host, urlsplit(uri).path) for uri in (back, left)}

    android, apple = (json.loads(block) for block in blocks("json"))
    package = android[0]["target"]["package_name"]
    assert [app.partition(".")[2] for app in apple["webcredentials"]["apps"]] == [package]
    for place in ("assetlinks.json", "apple-app-site-association"):
        assert f"https://{host}/.well-known/{place}" in PAGE
    assert f"webcredentials:{host}" in PAGE
    for name in ("revocation_endpoint", "end_session_endpoint"):
        assert f"`{name}`" in PAGE
        assert name in discovery
    assert "none" in discovery["revocation_endpoint_auth_methods_supported"]


def test_every_error_of_the_page_is_one_of_ours() -> None:
    (table,) = re.findall(r"^## 8\..*?^\|---.*?\n(.*?)\n\n", PAGE, re.MULTILINE | re.DOTALL)
    named = {code for row in table.splitlines() for code in re.findall(r"`([a-z_]+)`", row.split("|")[1])}
    assert len(named) > 5
    assert named <= {kind.error for kind in errors.ProtocolError.__subclasses__()}
