"""D01: no registration makes us call our own network, on any member that names where we may call.

Refused when it is written, by one error whatever is behind the address; and again at every call (tests/federation).
"""

from urllib.parse import urlencode

import pytest

from tests.attacks.oracle import Oracle
from tests.federation.fetch_peers import Names
from tests.federation.test_fetch_ssrf import REFUSED_URLS
from tests.registrant import invite, register, send
from tests.world import World

CALLED = ("jwks_uri", "backchannel_logout_uri", "request_uris", "sector_identifier_uri", "logo_uri")
OURS = (
    ("127.0.0.1",),
    ("::1",),
    ("0.0.0.0",),  # noqa: S104 - a name leads there, nobody listens
    ("10.0.0.1",),
    ("192.168.1.1",),
    ("169.254.169.254",),
    ("100.64.0.1",),
    ("::ffff:10.0.0.1",),
    ("64:ff9b::7f00:1",),
    ("fd00::1",),
    ("1.1.1.1", "10.0.0.1"),
    (),
)
"""Where a name of the open net may turn out to lead, or nowhere."""


def _members(member: str, uri: str) -> dict[str, object]:
    return {member: [uri] if member == "request_uris" else uri}


@pytest.mark.parametrize("member", CALLED)
async def test_d01_an_address_in_disguise_is_refused_when_it_is_written(
    world: World, oracle: Oracle, member: str
) -> None:
    registered, token = await register(world), await invite(world)
    async with oracle.refusing(member, status={400}):
        for uri in REFUSED_URLS:
            if member == "request_uris" and uri.endswith("#fragment"):
                continue  # a digest, not a part of the address
            for answer in (
                await send(world, token, **_members(member, uri)),
                await registered.replace(**_members(member, uri)),
            ):
                assert answer.status_code == 400, uri
                assert answer.json()["error"] in {"invalid_client_metadata", "invalid_request"}, uri


@pytest.mark.parametrize("member", CALLED)
async def test_d01_a_name_that_leads_to_us_is_refused_and_told_from_nothing_else(
    world: World, oracle: Oracle, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered, token = await register(world), await invite(world)
    answers = set()
    async with oracle.refusing(member, status={400}):
        for addresses in OURS:
            monkeypatch.setattr(world.provider.registration_fetcher, "_resolve", Names(addresses))
            members = _members(member, "https://rp-d.example:8443/called")
            for answer in (await send(world, token, **members), await registered.replace(**members)):
                answers.add((answer.status_code, answer.text))
    assert len(answers) == 1
    assert next(iter(answers))[1].startswith('{"error":"invalid_client_metadata"')


async def test_d01_a_request_uri_is_called_only_if_it_is_registered_and_never_into_our_network(
    world: World, oracle: Oracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the call: every evil address as it is asked for, and as an older release may have stored it."""
    stored = tuple(uri for uri in REFUSED_URLS if "#" not in uri)
    rp = await world.client("rp-u")
    older = await world.client("rp-v", unchecked=True, request_uris=stored)
    named = Names(("93.184.215.14",))
    monkeypatch.setattr(world.provider.request_documents._fetcher, "_resolve", named)
    for client, uris in ((rp, REFUSED_URLS), (older, stored)):
        for uri in uris:
            query = urlencode({"client_id": client.client_id, "request_uri": uri})
            async with oracle.refusing((client.client_id, uri), counted=True, status={400}) as watch:
                await world.http.get(f"/authorize?{query}")
            if uri and "\0" not in uri:
                assert "invalid_request_uri" in watch.last.text
    assert named.asked == []


async def test_d01_a_request_uri_whose_name_came_to_lead_to_us_is_refused_and_told_from_nothing_else(
    world: World, oracle: Oracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await invite(world)
    monkeypatch.setattr(world.provider.registration_fetcher, "_resolve", Names(("93.184.215.14",)))
    registered = await send(world, token, request_uris=["https://rp-d.example:8443/r"])
    assert registered.status_code == 201
    query = urlencode(
        {
            "client_id": registered.json()["client_id"],
            "request_uri": "https://rp-d.example:8443/r",
            "redirect_uri": registered.json()["redirect_uris"][0],
        }
    )
    answers = set()
    for addresses in OURS:
        monkeypatch.setattr(world.provider.request_documents._fetcher, "_resolve", Names(addresses))
        async with oracle.refusing(addresses, counted=True, to_client="invalid_request_uri") as watch:
            await world.http.get(f"/authorize?{query}")
        answers.add(watch.last.headers["location"])
    assert len(answers) == 1
