"""A04: no address that could run a script or lead astray is ever registered, on any way there is to write one.

`put_client` is what stores a registration whoever wrote it; what it stores is what pages link to.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from idp.cli.client_documents import document_of, facts_of
from idp.clients.model import Client
from idp.clients.service import put_client
from idp.ids import ClientId
from idp.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.protocol.facts import ClientFacts
from idp.ui.links import web_url
from tests.attacks.oracle import GUARDED, Oracle
from tests.registrant import invite, register, send
from tests.world import World

Write = Callable[[Client, str, object], ClientFacts]

NEVER = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\x01javascript:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "javascript://rp.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "DATA:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "ftp://rp.example/",
    "blob:https://rp.example/x",
    "view-source:https://rp.example/",
    "//evil.example/",
    "/relative",
    "relative",
    "https:/evil.example",
    "https:evil.example",
    "https://",
    "https:///path",
    "https://rp.example/#fragment",
    "https://rp.example/#",
    "https://user@rp.example/",
    "https://user:pass@rp.example/",
    "https://rp.example\\@evil.example/",
    "https://rp.example/\\evil",
    "https://*.rp.example/",
    "https://rp.example/*",
    "https://RP.example/",
    "HTTPS://rp.example/",
    "https://rp.example:0/",
    "https://rp.example:65536/",
    "https://rp.example:x/",
    "https://rp。example/",
    "https://ｒｐ.example/",
    "https://[::1/",
    "https://rp.example/\x00",
    "https://rp.example/\r\nSet-Cookie: x=y",
    "https://rp.example/é",
    "https://rp.example/ x",
    "http://rp.example/",
    "http://10.0.0.1/",
    "https://rp.example/" + "a" * 2048,
    "",
)
LISTS = ("redirect_uris", "post_logout_redirect_uris", "request_uris")
SINGLE = (
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "initiate_login_uri",
    "jwks_uri",
    "sector_identifier_uri",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
)
REFUSALS = {"invalid_redirect_uri", "invalid_client_metadata", "invalid_request"}
MAY_HAVE_A_FRAGMENT = {"request_uris": {"https://rp.example/#fragment", "https://rp.example/#"}}


def _by_facts(client: Client, member: str, value: object) -> ClientFacts:
    changes: dict[str, Any] = {member: tuple(value) if isinstance(value, list) else value}
    return replace(client.facts, **changes)


def _by_command(client: Client, member: str, value: object) -> ClientFacts:
    """What `hpid clients add` makes of a file or of `--set`."""
    return facts_of({**document_of(client), member: value}, client)


@pytest.mark.parametrize("write", [_by_facts, _by_command])
@pytest.mark.parametrize("member", [*LISTS, *SINGLE])
async def test_a04_such_an_address_is_refused_and_nothing_is_stored(
    world: World, oracle: Oracle, member: str, write: Write
) -> None:
    await world.client()
    client = await world.provider.configuration.client(ClientId("rp-c"))
    assert client is not None
    before = await oracle._rows()
    events = await world.events()
    good = getattr(client.facts, member) or ()
    for uri in NEVER:
        if uri in MAY_HAVE_A_FRAGMENT.get(member, ()):
            continue
        value = [*good, uri] if member in LISTS else uri
        refusal = InvalidRedirectUri if member == "redirect_uris" else InvalidClientMetadata
        with pytest.raises(refusal, match=member):
            await _store(world, write, client, member, value)
    assert await oracle._rows() == before
    assert set(before) == set(GUARDED)
    assert await world.events() == events


@pytest.mark.parametrize("member", [*LISTS, *SINGLE])
async def test_a04_nor_by_a_client_that_registers_or_changes_itself(
    world: World, oracle: Oracle, member: str
) -> None:
    registered, token = await register(world), await invite(world)
    async with oracle.refusing(member, status={400}):
        for uri in NEVER:
            if uri in MAY_HAVE_A_FRAGMENT.get(member, ()):
                continue
            members = {member: [uri] if member in LISTS else uri}
            for answer in (await send(world, token, **members), await registered.replace(**members)):
                assert answer.status_code == 400, uri
                assert answer.json()["error"] in REFUSALS, uri


async def _store(world: World, write: Write, client: Client, member: str, value: object) -> None:
    facts = write(client, member, value)
    await world.write(partial(put_client, facts=facts, actor="x", occasion=world.occasion))


async def test_a04_a_link_on_a_page_has_a_scheme_of_the_web_whatever_was_stored(
    world: World, oracle: Oracle
) -> None:
    for uri in (one for one in NEVER if not one.lower().startswith(("http:", "https:"))):
        assert web_url(uri) is None, uri
