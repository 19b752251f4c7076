"""B05: PKCE can't be left out, weakened, guessed at or stripped (RFC 7636, RFC 9700 §2.1.1)."""

import string
from base64 import urlsafe_b64encode
from hashlib import sha256

from idp.audit.events import EventType
from idp.protocol.facts import Profile
from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle
from tests.world import World

REFUSED = EventType.CODE_REFUSED
CHALLENGES: tuple[dict[str, str | None], ...] = (
    {"code_challenge": None},
    {"code_challenge": None, "code_challenge_method": None},
    {"code_challenge": ""},
    {"code_challenge": "", "code_challenge_method": ""},
    {"code_challenge_method": None},
    {"code_challenge_method": ""},
    {"code_challenge_method": "plain"},
    {"code_challenge_method": "s256"},
    {"code_challenge_method": "S512"},
    {"code_challenge_method": "S256 "},
    {"code_challenge_method": "S256,plain"},
    {"code_challenge": "a"},
    {"code_challenge": "a" * 42},
    {"code_challenge": "a" * 44},
    {"code_challenge": "a" * 129},
    {"code_challenge": "a" * 42 + "="},
    {"code_challenge": "a" * 42 + "+"},
    {"code_challenge": "a" * 42 + "/"},
    {"code_challenge": "a" * 42 + "\n"},
    {"code_challenge": "a" * 42 + " "},
    {"code_challenge": "a" * 42 + "é"},
    {"code_challenge": "null"},
)


async def test_b05_a_challenge_left_out_or_weakened_is_refused_at_authorize(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    for rp in cast.clients:
        for changes in CHALLENGES:
            async with oracle.refusing((rp.client_id, changes), to_client="invalid_request", counted=True):
                await cast.alice.browser.client.get(rp.authorize_url(**changes))


async def test_b05_every_wrong_verifier_is_refused_and_burns_the_code(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    rp = cast.b
    challenge = rp.parameters()["code_challenge"]
    right = rp.verifier
    wrong = (
        None,
        "",
        "a",
        "a" * 42,
        "a" * 43,
        "a" * 128,
        "a" * 129,
        challenge,
        right[:-1],
        right + "a",
        right.swapcase(),
        " " + right,
        right + "\n",
        right + "=",
        right[:-1] + "é",
        right.replace(right[0], "%" + f"{ord(right[0]):02x}", 1),
        sha256(right.encode()).hexdigest(),
        urlsafe_b64encode(right.encode()).decode().rstrip("="),
        right[::-1],
        "null",
        "undefined",
    )
    for verifier in wrong:
        code = await cast.alice.code(rp)
        async with oracle.refusing(verifier, status={400}, events=[REFUSED]) as watch:
            await rp.redeem(world.http, code, code_verifier=verifier)
        assert watch.last.json()["error"] == "invalid_grant"
        async with oracle.refusing((verifier, "then the right one"), status={400}, events=[REFUSED]):
            await rp.redeem(world.http, code)


async def test_b05_one_character_of_the_verifier_can_t_be_guessed_in_turns(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    """CVE-2026-41213: a wrong try must not leave the code for the next one."""
    code = await cast.alice.code(cast.b)
    event = REFUSED
    for guess in sorted(set(string.ascii_letters) - {cast.b.verifier[-1]}):
        async with oracle.refusing(guess, status={400}, events=[event]):
            await cast.b.redeem(world.http, code, code_verifier=cast.b.verifier[:-1] + guess)
        event = EventType.CODE_REPLAYED  # the code is dead: who goes on is no honest client
    assert (await cast.b.redeem(world.http, code)).status_code == 400


async def test_b05_a_verifier_where_there_was_no_challenge_is_a_downgrade(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    rp = await world.client("rp-o", profile=Profile.OIDC)
    await world.agree(cast.alice.person.person_id, rp)
    without: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None}
    for verifier in (rp.verifier, "a" * 43, "a"):
        code = await cast.alice.code(rp, **without)
        async with oracle.refusing(verifier, status={400}, events=[REFUSED]):
            await rp.redeem(world.http, code, code_verifier=verifier)
    async with oracle.refusing("a method alone", to_client="invalid_request", counted=True):
        await cast.alice.browser.client.get(rp.authorize_url(code_challenge=None))


async def test_b05_two_codes_of_one_person_do_not_share_a_verifier(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    other = "o" * 43
    challenge = urlsafe_b64encode(sha256(other.encode()).digest()).decode().rstrip("=")
    code = await cast.alice.code(cast.c, code_challenge=challenge)
    async with oracle.refusing("the verifier of another request", status={400}, events=[REFUSED]):
        await cast.c.redeem(world.http, code)
