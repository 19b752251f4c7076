"""Rows of docs/specs.md that no other file proves: the lists of discovery, and what a fault of ours looks like."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from idp.protocol import acting_claims, degraded_claims
from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr
from idp.protocol.facts import Profile
from idp.protocol.scopes import SCOPES
from idp.worker import relay_of
from tests import make
from tests.driver import RelyingParty
from tests.world import World, open_world

DISCOVERY = "/.well-known/openid-configuration"


async def _promised(world: World, member: str) -> list[str]:
    return list((await world.http.get(DISCOVERY)).json()[member])


async def _with_every_scope(world: World, client_id: str) -> RelyingParty:
    """Those of officials aside, which no citizen's service may have (tests/officials)."""
    kinds = (ContextKind.PERSON, ContextKind.ORGANISATION, ContextKind.WARD)
    promised = await _promised(world, "scopes_supported")
    scopes = [name for name in promised if SCOPES[name].contexts != {ContextKind.OFFICIAL}]
    assert len(promised) - len(scopes) == 3
    rp = await world.client(client_id, profile=Profile.OIDC, scopes=frozenset(scopes), subject_contexts=kinds)
    rp.scope = " ".join(scopes)
    return rp


async def test_every_scope_promised_is_granted_where_it_is_registered_and_agreed_to(
    world: World,
) -> None:  # RFC 8414 §2 scopes_supported
    rp = await _with_every_scope(world, "rp-all")
    tokens = await world.tokens(rp, await world.visitor(rp))
    assert tokens["scope"].split() == sorted(rp.scope.split())


async def test_every_claim_promised_is_answered_of_a_person_of_whom_everything_is_known(
    world: World,
) -> None:  # Discovery §3 claims_supported
    rp = await _with_every_scope(world, "rp-all")
    person = await world.person(profile=make.full_profile(personal_id="031184990999"))
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    await world.agree(person.person_id, rp)
    code = (await browser.get(rp.authorize_url())).answer["code"]
    tokens = (await rp.redeem(world.http, code)).json()
    told = (await world.userinfo(tokens["access_token"])).json()
    told |= await rp.verify(world.http, tokens["id_token"])
    of_contexts = {claim for scope in SCOPES.values() if scope.contexts for claim in scope.claims}
    of_contexts |= set(acting_claims.CLAIMS)  # test_contexts.py answers those
    of_outages = set(degraded_claims.CLAIMS)  # and upstream/test_degraded.py these
    assert set(await _promised(world, "claims_supported")) - told.keys() - of_contexts == of_outages


async def test_each_sector_knows_a_person_by_a_name_of_its_own_and_always_the_same(
    world: World,
) -> None:  # Core §8.1
    one, twin = await world.client("rp-1", sector="shared"), await world.client("rp-2", sector="shared")
    other = await world.client("rp-3")
    alice = await world.visitor(one)
    for rp in (twin, other):
        await world.agree(alice.person.person_id, rp)
    subs = []
    for rp in (one, twin, other, one):
        claims = await rp.verify(world.http, (await world.tokens(rp, alice))["id_token"])
        subs.append(str(claims["sub"]))
    assert subs[0] == subs[1] == subs[3]
    assert subs[2] != subs[0]
    assert not {alice.person.person_id, alice.person.profile.personal_id} & set(subs)


async def test_public_clients_are_all_told_the_same_and_pairwise_ones_are_not(
    world: World,
) -> None:  # Core §8
    public = [await world.client(f"rp-{number}", subject_type="public") for number in (1, 2)]
    pairwise = await world.client("rp-3")
    alice = await world.visitor(pairwise)
    subs = []
    for rp in (*public, pairwise):
        await world.agree(alice.person.person_id, rp)
        tokens = await world.tokens(rp, alice)
        told = [(await rp.verify(world.http, tokens[kind]))["sub"] for kind in ("id_token", "access_token")]
        assert told[0] == told[1] == (await world.userinfo(tokens["access_token"])).json()["sub"]
        hinted = await alice.browser.get(rp.authorize_url(prompt="none", id_token_hint=tokens["id_token"]))
        assert "code" in hinted.answer
        subs.append(told[0])
    assert subs[0] == subs[1] != subs[2]
    assert alice.person.person_id not in subs


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")  # joserfc, which verifies here
@pytest.mark.parametrize("alg", ["EdDSA", "PS256", "RS256"])
async def test_an_id_token_is_signed_with_the_algorithm_registered(
    world: World, alg: str
) -> None:  # Registration §2
    await world.add_keys(alg)
    rp = await world.client("rp-other", id_token_signed_response_alg=alg)
    tokens = await world.tokens(rp, await world.visitor(rp))
    assert await rp.verify(world.http, tokens["id_token"], algorithms=(alg,))
    assert await rp.verify(world.http, tokens["access_token"], algorithms=("ES256",))


async def test_without_a_key_of_the_algorithm_registered_nothing_is_spent(world: World) -> None:
    rp = await world.client("rp-other", id_token_signed_response_alg="PS256")
    code = await (await world.visitor(rp)).code(rp)
    refused = await rp.redeem(world.http, code)
    assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
    await world.add_keys("PS256")
    assert (await rp.redeem(world.http, code)).status_code == 200


async def test_every_level_promised_is_understood_by_its_own_name_and_by_its_alias(world: World) -> None:
    """Core §3.1.2.1: acr_values; the person is at `substantial`, so `high` alone asks for more."""
    rp = await world.client()
    alice = await world.visitor(rp)
    world.time.move(seconds=1)
    for level in await _promised(world, "acr_values_supported"):
        page = await alice.browser.get(rp.authorize_url(acr_values=level, prompt="none"))
        reached = level not in {Acr.HIGH.value, "LoA3"}
        assert ("code" in page.answer) is reached, level


async def test_a_fault_of_ours_is_server_error_with_a_reference_and_no_detail(
    template: Path, tmp_path: Path
) -> None:  # RFC 6749 §4.1.2.1
    async with open_world(template, tmp_path) as world:
        rp = await world.client()
        alice = await world.visitor(rp)
        tokens = await world.tokens(rp, alice)
        with closing(sqlite3.connect(tmp_path / "hpid.sqlite3")) as database:
            database.execute("ALTER TABLE grants RENAME TO grants_gone")
        answers = [
            await world.userinfo(tokens["access_token"]),
            await rp.refresh(world.http, tokens["refresh_token"]),
        ]
        for answer in answers:
            assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
            assert answer.headers["cache-control"] == "no-store"
            assert "grants" not in answer.text
        page = await alice.browser.get(rp.authorize_url())
        assert (page.status, page.case, page.error, page.left_for) == (500, "server", "server_error", None)
        assert "grants" not in page.response.text


@pytest.mark.network
async def test_a_relying_party_hears_of_a_sign_out_by_one_signed_logout_token(
    template: Path, tmp_path: Path
) -> None:  # Back-Channel Logout 1.0 §2.5
    async with (
        _listening() as (origin, heard),
        open_world(template, tmp_path, loopback_origins=(origin,)) as world,
    ):
        rp = await world.client("rp-1", backchannel_logout_uri=f"{origin}/backchannel")
        alice = await world.visitor(rp)
        id_token = await rp.verify(world.http, (await world.tokens(rp, alice))["id_token"])
        await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
        relay = relay_of(world.provider)
        assert await relay.run() == 1
        await asyncio.gather(*relay.under_way)
        assert await relay.run() == 0, "what was taken is not sent again"
        ((path, form),) = heard
        assert path == "/backchannel"
        assert form.keys() == {"logout_token"}
        claims = await rp.verify(world.http, form["logout_token"][0])
        assert (claims["aud"], claims["sid"], claims["sub"]) == ("rp-1", id_token["sid"], id_token["sub"])
        assert "nonce" not in claims


@asynccontextmanager
async def _listening() -> AsyncIterator[tuple[str, list[tuple[str, dict[str, list[str]]]]]]:
    """A relying party that answers 200 to whatever is posted; what it heard is kept."""
    heard: list[tuple[str, dict[str, list[str]]]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"(?i)^content-length: ([0-9]+)", head, re.MULTILINE)
        body = await reader.readexactly(int(length[1]) if length else 0)
        heard.append((head.split()[1], parse_qs(body.decode())))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard
