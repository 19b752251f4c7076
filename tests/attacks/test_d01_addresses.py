"""D01: no registration makes us call our own network, on any member that names where we may call.

Refused when it is written, by one error whatever is behind the address; and again at every call (tests/federation).
"""

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
