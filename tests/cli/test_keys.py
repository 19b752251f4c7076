"""`hpid keys`: published before it signs, and until what it signed has expired (DESIGN 5.14, SECURITY R11)."""

import asyncio
import base64
import json
from datetime import datetime, timedelta

import pytest

from tests.cli.conftest import Office
from tests.driver import kid_of, published_kids
from tests.server import A_NODE_KNOWS_IT, ServedWorld

pytestmark = pytest.mark.network
_PUBLISH = "20"
"""Seconds between announcement and first signature: enough to look at what is between."""


async def _states(office: Office) -> dict[str, str]:
    rows = (await office.installation.run("keys", "list", "--json")).json
    return {row["kid"]: row["state"] for row in rows}


async def test_a_key_is_announced_takes_over_and_what_the_old_one_signed_still_verifies(
    office: Office, world: ServedWorld
) -> None:
    visitor = await world.visitor(office.rp)
    before = await world.tokens(office.rp, visitor)
    old = kid_of(before["id_token"])

    announced = (
        await office.installation.run("keys", "rotate", "--json", HPID_LIFE_KEY_PUBLISH=_PUBLISH)
    ).json
    signs_from, new = datetime.fromisoformat(announced["signs_from"]), announced["kid"]
    refused, states = await asyncio.gather(office.installation.run("keys", "rotate"), _states(office))
    assert refused.refusal == "a new ES256 key is announced already; wait until it signs"
    assert (states[old], states[new]) == ("active", "announced")
    await asyncio.sleep(A_NODE_KNOWS_IT)
    assert {old, new} <= set(await published_kids(world.http))
    assert kid_of((await world.tokens(office.rp, visitor))["id_token"]) == old  # the new one is being learnt

    await asyncio.sleep((signs_from - world.time()).total_seconds() + 1)  # it was told to the second
    after = await world.tokens(office.rp, visitor)
    assert (kid_of(after["id_token"]), kid_of(after["access_token"])) == (new, new)
    states = await _states(office)
    assert (states[old], states[new]) == ("retired", "active")
    for tokens in (before, after):
        assert (await office.rp.verify(world.http, tokens["id_token"]))["iss"] == world.issuer
        assert (await world.userinfo(tokens["access_token"])).status_code == 200


def test_an_algorithm_we_do_not_sign_with_is_refused(office: Office) -> None:
    assert office.installation.hpid("keys", "rotate", "--alg", "HS256").refusal == (
        "--alg must be one of ES256 EdDSA PS256 RS256"
    )


async def test_a_revoked_key_is_out_within_a_second_and_only_with_yes(
    office: Office, world: ServedWorld
) -> None:
    visitor = await world.visitor(office.rp)
    before = await world.tokens(office.rp, visitor)
    kid = kid_of(before["id_token"])

    shown = await office.installation.run("keys", "rotate", "--emergency", "--json")
    assert (shown.status, shown.err) == (1, "hpid: nothing was done; add --yes to do it\n")
    told = json.loads(shown.out)
    services = (await office.installation.run("clients", "list", "--json")).json
    sharing, _, known = told["services_of_this_algorithm"].partition(" of ")
    assert (told["kid"], told["state"]) == (kid, "active")
    assert 1 <= int(sharing) <= int(known) <= len(services)  # whatever other tests have registered here
    expires = json.loads(base64.urlsafe_b64decode(before["id_token"].split(".")[1] + "=="))["exp"]
    assert datetime.fromisoformat(told["tokens_refused_that_would_live_until"]).timestamp() >= expires
    assert kid in await published_kids(world.http)

    done = (await office.installation.run("keys", "revoke", kid, "--yes", "--json")).json
    await asyncio.sleep(A_NODE_KNOWS_IT)
    assert kid not in await published_kids(world.http)
    assert (await world.userinfo(before["access_token"])).status_code == 401
    after = await world.tokens(office.rp, visitor)
    assert kid_of(after["id_token"]) == done["signs_in_its_place"] != kid
    assert (await office.rp.verify(world.http, after["id_token"]))["iss"] == world.issuer
    rows = (await office.installation.run("keys", "list", "--json")).json
    (row,) = [row for row in rows if row["kid"] == kid]
    assert (row["state"], row["rotates_at"]) == ("revoked", None)
    (row,) = [row for row in rows if row["kid"] == done["signs_in_its_place"]]
    assert (row["state"], row["age_days"]) == ("active", 0)
    assert datetime.fromisoformat(row["rotates_at"]) > world.time() + timedelta(days=89)
    again = await office.installation.run("keys", "revoke", kid, "--yes")
    assert again.refusal == f"there is no key {kid} that signs or verifies"


def test_a_key_nobody_knows_is_refused_with_where_to_look(office: Office) -> None:
    refused = office.installation.hpid("keys", "revoke", "nobody", "--yes")
    assert refused.refusal == "there is no key nobody; `hpid keys list` shows them"


def test_keys_that_would_follow_each_other_without_end_are_refused(office: Office) -> None:
    refused = office.installation.hpid("keys", "list", HPID_LIFE_SIGNING_KEY="600")
    assert refused.refusal == "HPID_LIFE_SIGNING_KEY must be 0 or longer than HPID_LIFE_KEY_PUBLISH"
