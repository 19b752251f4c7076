"""E02, E03, E04: what comes back from the national system counts for this browser, this request and this account.

RFC 9700 §4.7 (state), Core §3.1.3.7 (ID token), ASVS 10.5, 6.8.1. The national system is a process of its own, told to
lie in each way it can.
"""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from federation.national_mock.broken_tokens import MODES
from federation.waiting_room import Ticket, Way
from idp.audit.events import EventType
from idp.ids import NO_BUCKET, HandleKind
from idp.people.model import IdentifierScheme, Person, PersonProfile
from tests.attacks.log_lines import LogLines
from tests.attacks.oracle import Oracle, Recorder
from tests.driver import Page, RelyingParty
from tests.federation.national_driver import ACCOUNTS, HOA, HUONG, PASSWORDS, REDIRECT_URI
from tests.federation.national_driver import Browser as NationalBrowser
from tests.federation.national_process import Process
from tests.national import Traveller, open_federated_world, order_fault
from tests.world import World

pytestmark = pytest.mark.network

BACK = "/upstream/national/callback"
PERSONAL = {
    str(account[name])
    for account in ACCOUNTS
    for name in ("number", "phone", "email", "tech_id")
    if account.get(name)
}
"""What a provincial portal wrote to its log whenever a sign-in failed (E20)."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("national")


@pytest.fixture(scope="module")
def national(folder: Path) -> Iterator[Process]:
    with Process(folder) as process:
        yield process


@pytest.fixture
async def world(template: Path, tmp_path: Path, national: Process, log: LogLines) -> AsyncIterator[World]:
    async with open_federated_world(template, tmp_path, national) as world:
        yield world


@pytest.fixture
async def oracle(world: World, log: LogLines) -> AsyncIterator[Oracle]:
    recorder = Recorder(world.transport)
    world.transport = recorder
    world.http = httpx.AsyncClient(transport=recorder, base_url=world.issuer)
    oracle = Oracle(world, log, recorder, planted=({*PASSWORDS.values()} - {"pw"}) | PERSONAL)
    yield oracle
    await oracle.verify_record()
    log.assert_clean(oracle.secrets())


@pytest.fixture
async def rp(world: World, oracle: Oracle) -> RelyingParty:
    return await world.client()


@pytest.fixture
def huong(world: World, national: Process, oracle: Oracle) -> Traveller:
    return Traveller(world, national, world.browser())


def parameters_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def back_with(**parameters: str) -> str:
    return f"{REDIRECT_URI}?{urlencode(parameters)}"


async def test_e02_the_attacker_s_answer_in_the_victim_s_browser_signs_nobody_in(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    """Login CSRF: the attacker signs in and has the victim open what came back."""
    attacker_s = await huong.sign_in_there(await huong.leave(rp))
    victim = Traveller(world, national, world.browser())
    await victim.leave(rp)
    async with oracle.refusing(
        "the attacker's callback", status={400}, events=[EventType.INTERACTION_HIJACK_REFUSED]
    ):
        await victim.browser.get(attacker_s)
    assert world.cookie_of(victim.browser, "session") is None
    async with oracle.refusing("the attacker's own browser afterwards", status={400}, counted=True):
        await huong.browser.get(attacker_s)
    assert world.cookie_of(huong.browser, "session") is None


async def test_e02_a_victim_signed_in_already_stays_who_they_are(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    attacker_s = await huong.sign_in_there(await huong.leave(rp))
    victim = await world.visitor(rp, "victim")
    session = world.cookie_of(victim.browser, "session")
    async with oracle.refusing(
        "the attacker's callback", status={400}, events=[EventType.INTERACTION_HIJACK_REFUSED]
    ):
        await victim.browser.get(attacker_s)
    assert world.cookie_of(victim.browser, "session") == session


async def test_e02_made_up_answers_take_no_place_before_the_national_system(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller
) -> None:
    """Who holds places keeps everybody out; a place is for a state that is open and of this browser."""
    room, stranger = world.provider.waiting_room, world.browser()
    door = await huong.leave(rp)
    somebody_s = parameters_of(door)["state"]
    invented = [world.provider.clock.handle(HandleKind.UPSTREAM_STATE, NO_BUCKET) for _ in range(30)]
    for state in (*invented, *("x" * length for length in range(1, 30)), somebody_s):
        page = await stranger.get(back_with(state=state, code="made-up"))
        assert (page.status, page.case) == (400, "expired")
    one = Ticket(name="one who waits", way=Way.THERE, since=world.time())
    assert (room.busy, room.wait(one, world.time()).minutes) == (0, None), "nobody has had a place"
    assert "page-consent" in (await huong.sign_in(rp)).ids
    assert room.wait(one, world.time()).minutes is not None, "who is there to sign in has"


async def test_e02_code_and_state_of_two_journeys_do_not_mix(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    """The nonce and the PKCE verifier belong to the state: another journey's code is refused upstream or here."""
    stolen = parameters_of(await huong.sign_in_there(await huong.leave(rp)))
    thief = Traveller(world, national, world.browser())
    own = parameters_of(await thief.leave(rp))
    address = back_with(**{**stolen, "state": own["state"]})
    async with oracle.refusing(
        "a stolen code under my state",
        status={200},
        counted=True,
        calls=str(national.port),
    ) as watch:
        page = await thief.return_with(address)
    assert {"page-sign-in", "error"} <= Page(watch.last).ids
    assert page.left_for is None
    assert world.cookie_of(thief.browser, "session") is None


async def test_e02_a_state_that_is_none_of_ours_or_is_spent(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller
) -> None:
    address = await huong.sign_in_there(await huong.leave(rp))
    good = parameters_of(address)
    clock = world.provider.clock
    foreign = (
        "",
        "x",
        clock.handle(HandleKind.UPSTREAM_STATE, NO_BUCKET),
        clock.handle(HandleKind.SESSION, NO_BUCKET),
        good["state"][:-1],
        good["state"] + "x",
        good["state"].upper(),
        "é",
        "' OR 1=1 --",
        "x" * 4000,
    )
    for state in foreign:
        async with oracle.refusing(state, status={400}, counted=True):
            await huong.browser.get(back_with(**{**good, "state": state}))
    async with oracle.refusing("no state", status={400}, counted=True):
        await huong.browser.get(back_with(code=good["code"]))
    assert "page-consent" in (await huong.return_with(address)).ids
    for _ in range(2):
        async with oracle.refusing("spent", status={400}, counted=True):
            await huong.browser.get(address)


async def test_e02_an_answer_of_another_issuer_is_a_mix_up(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller, national: Process
) -> None:  # RFC 9207 §2.4
    for iss in (
        None,
        "",
        "https://evil.example",
        national.issuer + "/",
        national.issuer.upper(),
        world.issuer,
    ):
        answer = parameters_of(await huong.sign_in_there(await huong.leave(rp)))
        answer.pop("iss", None)
        if iss is not None:
            answer["iss"] = iss
        async with oracle.refusing(iss, status={200}, counted=True, calls=str(national.port)):
            await huong.return_with(back_with(**answer))
        assert world.cookie_of(huong.browser, "session") is None


async def test_e02_an_error_from_there_opens_no_session_and_is_not_repeated_to_anybody(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    for error in ("access_denied", "login_required", "server_error", "<script>", "x" * 1000, "é"):
        state = parameters_of(await huong.leave(rp))["state"]
        unavailable = error == "server_error"
        async with oracle.refusing(
            error,
            status={200},
            counted=unavailable,
            calls=str(national.port),
        ) as watch:
            address = back_with(state=state, iss=national.issuer, error=error, error_description="zxcvb")
            await huong.return_with(address)
        assert "zxcvb" not in watch.last.text
        assert world.cookie_of(huong.browser, "session") is None


@pytest.mark.parametrize("mode", [*MODES, "userinfo_sub_mismatch", "wrong_iss_parameter"])
async def test_e03_a_wrong_token_is_refused_and_never_signs_in_at_a_lower_level(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller, national: Process, mode: str
) -> None:
    wanted = "LoA2"
    door = await huong.leave(rp, acr_values=wanted)
    if mode == "wrong_iss_parameter":
        order_fault(national, mode)
    address = await huong.sign_in_there(door)
    order_fault(national, mode)
    somebody_proved = mode in {"lower_acr", "old_auth_time"}  # by a good token that is not enough
    async with oracle.refusing(
        mode,
        status={200},
        events=[EventType.UPSTREAM_REFUSED] if somebody_proved else [],
        counted=not somebody_proved,
        calls=str(national.port),
    ) as watch:
        await huong.return_with(address)
    assert {"page-sign-in", "error"} <= Page(watch.last).ids
    assert world.cookie_of(huong.browser, "session") is None
    assert world.provider.national_circuit.failures == 0, "a lie is no outage"
    order_fault(national, "none")
    assert "page-consent" in (await huong.sign_in(rp, acr_values=wanted)).ids, (
        "the next honest answer is good"
    )


async def test_e03_a_level_below_the_one_asked_for_is_refused_at_every_level(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    for wanted in ("LoA2", "LoA3"):
        address = await huong.sign_in_there(await huong.leave(rp, acr_values=wanted))
        order_fault(national, "lower_acr")
        async with oracle.refusing(
            wanted, status={200}, events=[EventType.UPSTREAM_REFUSED], calls=str(national.port)
        ):
            await huong.return_with(address)
        order_fault(national, "none")


async def _person(world: World, **profile: Any) -> Person:
    return await world.person("local", profile=PersonProfile(**{"full_name": "Nguyễn Thị Hương", **profile}))


async def _linked(world: World, number: str) -> Person | None:
    return await world.provider.database.read(
        lambda tx: tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, number)
    )


@pytest.mark.parametrize("verified", [True, False])
async def test_e04_nobody_is_ever_linked_by_mail_phone_or_name(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller, verified: bool
) -> None:
    """A record made beforehand under the victim's mail and phone gets nothing of the victim's (pre-hijacking)."""
    squatter = await _person(
        world,
        email="huong@example.vn",
        email_verified=verified,
        phone="+84901234567",
        phone_verified=verified,
        birthdate="1990-02-05",
    )
    before = await oracle._rows()
    await huong.sign_in(rp)
    assert await world.events(EventType.PERSON_CREATED, EventType.PERSON_LINKED) == [
        EventType.PERSON_CREATED,
        EventType.PERSON_LINKED,
    ]
    owner = await _linked(world, HUONG)
    assert owner is not None
    assert owner.person_id != squatter.person_id
    links = await world.provider.database.read(lambda tx: tx.upstreams.of_person(squatter.person_id))
    assert links == ()
    assert (await oracle._rows())["people"] == before["people"] + 1


async def test_e04_a_number_known_here_is_linked_only_by_a_proof_of_level_02(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    known = await _person(world, personal_id=HOA)
    address = await huong.sign_in_there(await huong.leave(rp, acr_values="LoA1"), HOA)
    events = [EventType.SIGN_IN_REFUSED, EventType.CONFLICT_OPENED]
    async with oracle.refusing("level 01", status={403}, events=events, calls=str(national.port)) as watch:
        await huong.return_with(address)
    assert Page(watch.last).case == "not-linked"
    links = await world.provider.database.read(lambda tx: tx.upstreams.of_person(known.person_id))
    assert links == ()
    other = Traveller(world, national, world.browser())
    same = await world.person("huong", profile=PersonProfile(full_name="Hương", personal_id=HUONG))
    await other.sign_in(rp, acr_values="LoA1")
    linked = await world.provider.database.read(lambda tx: tx.upstreams.of_person(same.person_id))
    assert [link.subject for link in linked] == ["sub-huong"]


async def test_e04_what_changes_there_moves_no_account_here(
    world: World, oracle: Oracle, rp: RelyingParty, huong: Traveller, national: Process, folder: Path
) -> None:
    """Mail, phone and name follow the account; another's number does not: the key is (issuer, subject)."""
    await huong.sign_in(rp, acr_values="LoA1")
    owner = await _linked(world, HUONG)
    other = await world.person("other", profile=PersonProfile(full_name="Khác", personal_id="031190900999"))
    assert owner is not None
    original = next(account for account in ACCOUNTS if account["sub"] == "sub-huong")
    try:
        _rewrite(folder, "sub-huong", email="other@example.vn", phone="+84539900001")
        world.time.move(seconds=1)
        await huong.sign_in(rp, acr_values="LoA1", prompt="login")
        again = await _linked(world, HUONG)
        assert again is not None
        assert again.person_id == owner.person_id
        assert again.profile.email == "other@example.vn"
        _rewrite(folder, "sub-huong", number="031190900999")
        door = await huong.leave(rp, acr_values="LoA1", prompt="login")
        address = await _sign_in_as(national, door, "031190900999", str(original["password"]))
        async with oracle.refusing(
            "another record's number",
            status={403},
            events=[EventType.SIGN_IN_REFUSED, EventType.CONFLICT_OPENED],
            calls=str(national.port),
        ):
            await huong.return_with(address)
        still = await _linked(world, "031190900999")
        assert still is not None
        assert still.person_id == other.person_id
    finally:
        _rewrite(folder, "sub-huong", **{key: original[key] for key in ("email", "phone", "number")})


def _rewrite(folder: Path, sub: str, **changes: object) -> None:
    """Change an account in the national system's own database, as its officials would."""
    with closing(sqlite3.connect(folder / "data" / "national.db")) as connection:
        (record,) = connection.execute("SELECT record FROM accounts WHERE sub = ?", (sub,)).fetchone()
        changed = {**json.loads(record), **changes}
        connection.execute(
            "UPDATE accounts SET record = ?, number = ? WHERE sub = ?",
            (json.dumps(changed), changed["number"], sub),
        )
        connection.commit()


async def _sign_in_as(national: Process, door: str, number: str, password: str) -> str:
    async with httpx.AsyncClient(base_url=national.issuer) as http:
        there = NationalBrowser(http)
        await there.open(door)
        await there.press(origin=national.issuer, number=number, password=password)
        return str(there.page.headers["location"])
