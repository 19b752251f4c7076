"""`hpid keys`: a key is published before it signs and stays until what it signed has expired (DESIGN 5.14, SECURITY R11)."""

import asyncio
import base64
import json
import time

import pytest

from tests.cli.conftest import KEY_PUBLISH, Office
from tests.server import ServedWorld

pytestmark = pytest.mark.network
_FELT_WITHIN = 1.0


def _kid(token: str) -> str:
    header = token.split(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"])


async def _published(world: ServedWorld) -> list[str]:
    return [key["kid"] for key in (await world.http.get("/jwks")).json()["keys"]]


async def test_a_key_is_announced_takes_over_and_what_the_old_one_signed_still_verifies(
    office: Office, world: ServedWorld
) -> None:
    visitor = await world.visitor(office.rp)
    before = await world.tokens(office.rp, visitor)
    old = _kid(before["id_token"])

    announced = (await office.installation.run("keys", "rotate", "--json")).json
    done_at = time.monotonic()
    new = announced["kid"]
    await asyncio.sleep(_FELT_WITHIN)
    assert {old, new} <= set(await _published(world))
    assert _kid((await world.tokens(office.rp, visitor))["id_token"]) == old  # relying parties learn the new one first
    states = {row["kid"]: row["state"] for row in (await office.installation.run("keys", "list", "--json")).json}
    assert (states[old], states[new]) == ("active", "announced")

    await asyncio.sleep(max(0.0, done_at + KEY_PUBLISH + 0.2 - time.monotonic()))
    after = await world.tokens(office.rp, visitor)
    assert (_kid(after["id_token"]), _kid(after["access_token"])) == (new, new)
    states = {row["kid"]: row["state"] for row in (await office.installation.run("keys", "list", "--json")).json}
    assert (states[old], states[new]) == ("retired", "active")
    for tokens in (before, after):
        assert (await office.rp.verify(world.http, tokens["id_token"]))["iss"] == world.issuer
        assert (await world.userinfo(tokens["access_token"])).status_code == 200


async def test_a_second_rotation_waits_for_the_first(office: Office) -> None:
    slow = {"HPID_LIFE_KEY_PUBLISH": "3600"}
    first = office.installation.hpid("keys", "rotate", "--alg", "RS256", **slow)
    assert first.status == 0
    refused = office.installation.hpid("keys", "rotate", "--alg", "RS256", **slow)
    assert refused.refusal == "a new RS256 key is announced already; wait until it signs"


def test_an_algorithm_we_do_not_sign_with_is_refused(office: Office) -> None:
    assert office.installation.hpid("keys", "rotate", "--alg", "HS256").refusal == (
        "--alg must be one of ES256 RS256"
    )
