"""`hpid emergency end`: shows how much would end, ends it at once when told to, and goes on where it was stopped."""

import asyncio
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from idp.audit.events import AuditEvent, EventType
from idp.database import Done
from idp.ids import ClientId
from tests.cli.conftest import Office
from tests.driver import RelyingParty
from tests.server import A_NODE_KNOWS_IT, ServedWorld
from tests.world import Visitor

pytestmark = pytest.mark.network
_OFFLINE = "openid profile offline_access"
_WHY = ("--reason", "incident 7", "--yes")
_ENDED = (EventType.SESSION_ENDED, EventType.GRANT_ENDED)
_numbers = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One person with a session at a service of their own, an offline grant there and one that ends with the session."""

    rp: RelyingParty
    visitor: Visitor
    online: dict[str, Any]
    offline: dict[str, Any]

    @property
    def person_id(self) -> str:
        return self.visitor.person.person_id


@pytest.fixture
async def case(world: ServedWorld) -> Case:
    rp = await world.client(f"rp-emergency-{next(_numbers)}", backchannel_logout_uri="https://rp.invalid/out")
    visitor = await world.visitor(rp)
    await asyncio.sleep(A_NODE_KNOWS_IT)
    online = await world.tokens(rp, visitor, scope="openid profile")
    offline = await world.tokens(rp, visitor, scope=_OFFLINE)
    return Case(rp=rp, visitor=visitor, online=online, offline=offline)


async def _end(office: Office, *words: str) -> dict[str, Any]:
    return dict((await office.installation.run("emergency", "end", *words, "--json")).json)


async def _is_live(world: ServedWorld, case: Case) -> dict[str, bool]:
    """Tell what still works at the node."""
    silent = await case.visitor.browser.client.get(case.rp.authorize_url(prompt="none", scope="openid"))
    return {
        "session": "code=" in silent.headers["location"],
        "online": (await world.userinfo(case.online["access_token"])).status_code == 200,
        "offline": (await world.userinfo(case.offline["access_token"])).status_code == 200,
    }


async def _events(world: ServedWorld, *types: EventType) -> list[AuditEvent]:
    return [event for event in await world.records(*types) if event.payload.get("reason") == "incident 7"]


async def test_a_person_s_blast_radius_is_shown_first_and_then_all_of_it_ends_at_once(
    office: Office, world: ServedWorld, case: Case
) -> None:
    shown = await _end(office, "--person", case.person_id)
    radius = {name: shown[name] for name in ("people", "sessions", "grants", "grants_offline", "clients")}
    assert radius == {"people": 1, "sessions": 1, "grants": 2, "grants_offline": 1, "clients": 1}
    assert (shown["refresh_families"], shown["grants_with_access_tokens"]) == (2, 2)
    assert (shown["logouts_sent"], shown["logouts_that_nobody_hears"]) == (1, 0)
    assert shown["access_tokens_until"] > world.time().isoformat()
    assert "ended" not in shown
    assert await _is_live(world, case) == {"session": True, "online": True, "offline": True}

    done = await _end(office, "--person", case.person_id, *_WHY)
    assert await _is_live(world, case) == {"session": False, "online": False, "offline": False}
    assert (await case.rp.refresh(world.http, case.offline["refresh_token"])).json() == {
        "error": "invalid_grant",
        "error_description": "refresh_token is unknown, spent, expired or revoked",
    }
    assert done["ended"] == {"sessions": 1, "grants": 1}  # the others ended with the session
    assert done["left"] == {"sessions": 0, "grants": 0}

    await _stands_in_the_record_once(world, case)


async def _stands_in_the_record_once(world: ServedWorld, case: Case) -> None:
    """With who did it and why."""
    mine = f"person:{case.person_id}"
    about = [one for one in await _events(world, *_ENDED) if one.subject_ref == mine]
    assert sorted(event.type for event in about) == sorted(_ENDED)
    assert all(event.actor.startswith("operator:") for event in about)
    (payload,) = [event.payload for event in about if event.type is EventType.GRANT_ENDED]
    assert payload == {"client_id": case.rp.client_id, "reason": "incident 7"}
    target = f"person {case.person_id}"
    (begun,) = [
        one for one in await world.records(EventType.EMERGENCY_BEGUN) if one.payload["target"] == target
    ]
    assert begun.payload["sessions"] == 1
    (done,) = [
        one for one in await world.records(EventType.EMERGENCY_DONE) if one.payload["target"] == target
    ]
    assert done.payload["ended"] == {"sessions": 1, "grants": 1}
    messages = await world.provider.database.read(
        lambda tx: tx.deliveries.of_client(ClientId(case.rp.client_id), 9)
    )
    assert len(messages) == 1


async def test_the_grants_of_a_client_end_and_its_people_stay_signed_in(
    office: Office, world: ServedWorld, case: Case
) -> None:
    done = await _end(office, "--client", case.rp.client_id, "--grants", *_WHY)
    assert done["ended"] == {"sessions": 0, "grants": 2}
    assert done["notes"] == [
        f"{case.rp.client_id} is enabled: people go on signing in there; `hpid clients disable {case.rp.client_id}` first"
    ]
    assert await _is_live(world, case) == {"session": True, "online": False, "offline": False}


async def test_stopped_half_way_it_goes_on_and_nothing_is_on_record_twice(
    office: Office, world: ServedWorld, case: Case
) -> None:
    """The database itself refuses the last write of the command: as if it had been killed there."""
    stop = (
        "CREATE TRIGGER stopped BEFORE UPDATE OF revoked_at ON grants WHEN NEW.is_offline"
        f" AND NEW.client_id = '{case.rp.client_id}' BEGIN SELECT RAISE(ABORT, 'stopped'); END"
    )
    await world.write(lambda tx: Done(tx.connection.execute(text(stop)) and None))
    ran = await office.installation.run("emergency", "end", "--client", case.rp.client_id, *_WHY)
    assert ran.status != 0
    await world.write(lambda tx: Done(tx.connection.execute(text("DROP TRIGGER stopped")) and None))
    assert await _is_live(world, case) == {"session": False, "online": False, "offline": True}

    done = await _end(office, "--client", case.rp.client_id, *_WHY)
    assert done["ended"] == {"sessions": 0, "grants": 1}
    assert await _is_live(world, case) == {"session": False, "online": False, "offline": False}
    mine = f"person:{case.person_id}"
    about = [one for one in await _events(world, *_ENDED) if one.subject_ref == mine]
    assert sorted(event.type for event in about) == sorted(_ENDED)


async def test_an_address_range_reaches_what_was_begun_there(
    office: Office, world: ServedWorld, case: Case
) -> None:
    person = await world.person()
    browser = world.browser()
    await world.signed_in(browser, person.person_id, peer="198.51.100.7")
    shown = await _end(office, "--addresses", "198.51.100.7/32")
    assert (shown["target"], shown["people"], shown["sessions"]) == ("addresses 198.51.100.0/24", 1, 1)
    assert (
        shown["notes"][0]
        == "only networks are kept: all of 198.51.100.0/24 is meant, not 198.51.100.7/32 alone"
    )
    done = await _end(office, "--addresses", "198.51.100.0/24", *_WHY)
    assert done["ended"]["sessions"] == 1
    assert await _is_live(world, case) == {"session": True, "online": True, "offline": True}
    # The node knows where the grants were given: here.
    assert (await _end(office, "--addresses", "127.0.0.0/8", "--grants"))["grants"] >= 2


async def test_a_key_reaches_what_was_begun_while_it_signed(
    office: Office, world: ServedWorld, case: Case
) -> None:
    keys = await world.provider.database.read(lambda tx: tx.signing_keys.all())
    kid = next(key.kid for key in keys if key.alg == "ES256" and key.retired_at is None)
    shown = await _end(office, "--key", kid, "--since", case.visitor.person.created_at.isoformat())
    assert shown["people"] == 1
    assert any(f"{kid} still signs" in note for note in shown["notes"])


_REFUSED = {
    (): "name one of --person, --client, --upstream, --key, --addresses, --all",
    ("--person", "nobody"): "no person nobody",
    ("--upstream", "nobody"): "no upstream nobody; there are: national haiphong",
    (
        "--addresses",
        "x",
    ): "--addresses is a range such as 203.0.113.0/24: 'x' does not appear to be an IPv4 or IPv6 network",
    ("--person", "nobody", "--yes"): "--yes goes with --reason: it is what the record will say",
    (
        *("--all", "--since", "2026-11-27T08:00Z", "--until", "2026-11-27T08:00+07:00"),
    ): "--until must be later than --since",
    ("--all", "--since", "2026-11-27T08:00"): "--since is a time with its zone, e.g. 2026-11-27T08:00+07:00",
}


def test_what_names_nobody_or_does_not_say_why_is_refused(office: Office) -> None:
    for words, refusal in _REFUSED.items():
        assert office.installation.hpid("emergency", "end", *words).refusal == refusal
    everything = office.installation.hpid("emergency", "end", "--all", *_WHY)
    issuer = office.installation.issuer
    assert everything.refusal == f"--all ends everything at {issuer}: type that as --issuer"
