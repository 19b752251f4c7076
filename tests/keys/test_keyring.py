"""Signing what we issue and publishing the keys for it – RFC 7515 §7.1, RFC 7517 §5; rows R11, R27."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from joserfc import jwk, jwt

from keys.envelope import Vault
from keys.jose import InvalidJwt, JwkSet, Purpose, verify
from keys.keyring import SIGNING_KEY_PURPOSE, Keyring, UnusableKeyRecord, new_record
from keys.local import LOCAL_ALGS, generate
from keys.master import MasterKey
from keys.proved import Proved
from keys.rotation import KeyRecord, due_for_erasure, next_rotation
from keys.signer import SigningUnavailable

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PUBLISH_FOR, KEEP_FOR = timedelta(minutes=10), timedelta(minutes=20)
VAULT = Vault(MasterKey(current=1, versions={1: bytes(range(32))}))
CLAIMS: dict[str, object] = {
    "iss": "https://id.example",
    "sub": "s",
    "name": "Nguyễn Thị Hòa",
    "exp": 2_000_000_000,
    "act": {"sub": "t"},
}


class MovableTime:
    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def now() -> MovableTime:
    return MovableTime()


@cache
def stored(alg: str) -> KeyRecord:
    return new_record(VAULT, alg, START)


@cache
def rotated() -> tuple[KeyRecord, KeyRecord]:
    """Return the ES256 key about to retire and the one that is announced at the start."""
    plan = next_rotation(
        [stored("ES256")],
        alg="ES256",
        new=new_record(VAULT, "ES256", START),
        now=START,
        publish_for=PUBLISH_FOR,
        keep_for=KEEP_FOR,
    )
    return plan.retiring[0], plan.new


async def sign(ring: Keyring, alg: str = "ES256") -> str:
    return await ring.sign(CLAIMS, typ="at+jwt", alg=alg)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")  # joserfc, which verifies here
@pytest.mark.parametrize("alg", LOCAL_ALGS)
async def test_what_we_sign_verifies_here_and_elsewhere(alg: str, now: MovableTime) -> None:
    ring = Keyring(VAULT, map(stored, LOCAL_ALGS), now=now)
    token = await sign(ring, alg)
    verified = ring.verify(token, purpose=Purpose.ACCESS_TOKEN)
    assert verified.claims == CLAIMS
    assert (verified.header.alg, verified.header.kid, verified.header.typ) == (alg, stored(alg).kid, "at+jwt")
    published = ring.public_jwks()
    assert verify(token, purpose=Purpose.ACCESS_TOKEN, keys=JwkSet.parse(json.dumps(published))) == verified
    theirs = jwt.decode(token, jwk.KeySet.import_key_set(published), algorithms=[alg])  # type: ignore[arg-type]  # wider dict type
    assert theirs.claims == CLAIMS
    assert ring.algorithms() == set(LOCAL_ALGS)


async def test_the_published_set_holds_public_members_only(now: MovableTime) -> None:
    ring = Keyring(VAULT, [stored("ES256"), stored("RS256")], now=now)
    ec_key, rsa_key = ring.public_jwks()["keys"]
    assert set(ec_key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert set(rsa_key) == {"kty", "n", "e", "kid", "use", "alg"}
    assert (ec_key["use"], ec_key["alg"], rsa_key["alg"]) == ("sig", "ES256", "RS256")
    ec_key["kty"] = "changed by the caller"
    assert ring.public_jwks()["keys"][0]["kty"] == "EC"


async def test_an_announced_key_takes_over_by_the_clock_alone(now: MovableTime) -> None:
    old, new = rotated()
    ring = Keyring(VAULT, rotated(), now=now)
    before = await sign(ring)
    assert ring.verify(before, purpose=Purpose.ACCESS_TOKEN).header.kid == old.kid
    assert [key["kid"] for key in ring.public_jwks()["keys"]] == [old.kid, new.kid]
    now.moment += PUBLISH_FOR
    after = await sign(ring)
    assert ring.verify(after, purpose=Purpose.ACCESS_TOKEN).header.kid == new.kid
    assert ring.verify(before, purpose=Purpose.ACCESS_TOKEN).header.kid == old.kid
    now.moment += KEEP_FOR
    with pytest.raises(InvalidJwt, match="published"):
        ring.verify(before, purpose=Purpose.ACCESS_TOKEN)
    assert [key["kid"] for key in ring.public_jwks()["keys"]] == [new.kid]


async def test_a_node_ahead_in_time_is_understood_by_one_behind(now: MovableTime) -> None:
    ahead = Keyring(VAULT, rotated(), now=lambda: START + PUBLISH_FOR)
    behind = Keyring(VAULT, rotated(), now=now)
    behind.verify(await sign(ahead), purpose=Purpose.ACCESS_TOKEN)


async def test_without_an_active_key_signing_is_unavailable_and_nothing_steps_in(now: MovableTime) -> None:
    for records in ([], [stored("RS256")], [replace(stored("ES256"), active_from=START + PUBLISH_FOR)]):
        with pytest.raises(SigningUnavailable):
            await sign(Keyring(VAULT, records, now=now))
    with pytest.raises(SigningUnavailable):
        await sign(Keyring(VAULT, [stored("ES256")], now=now), "none")


async def test_an_erased_key_is_gone_from_everything(now: MovableTime) -> None:
    now.moment += PUBLISH_FOR + KEEP_FOR
    (erased,) = due_for_erasure(rotated(), now())
    ring = Keyring(VAULT, [erased], now=now)
    assert ring.public_jwks() == {"keys": []}
    assert ring.algorithms() == frozenset()
    with pytest.raises(SigningUnavailable):
        await sign(ring)


async def test_replacing_the_keys_is_seen_at_once(now: MovableTime) -> None:
    ring = Keyring(VAULT, [], now=now)
    ring.replace([stored("ES256")])
    token = await sign(ring)
    ring.replace([])
    with pytest.raises(InvalidJwt):
        ring.verify(token, purpose=Purpose.ACCESS_TOKEN)


def wrong_records() -> dict[str, KeyRecord]:
    good, other = stored("ES256"), rotated()[1]
    junk = VAULT.seal(b"junk", purpose=SIGNING_KEY_PURPOSE)
    unbound = VAULT.seal(generate("ES256"), purpose="other")
    stranger = Vault(MasterKey(current=1, versions={1: bytes(32)}))
    return {
        "another's public key": replace(good, public_jwk=other.public_jwk),
        "another's kid": replace(good, kid=other.kid),
        "another's private key": replace(good, sealed_private=other.sealed_private),
        "another's private and public key": replace(
            good, sealed_private=other.sealed_private, public_jwk=other.public_jwk
        ),
        "another algorithm": replace(good, alg="RS256"),
        "an unknown algorithm": replace(good, alg="HS256"),
        "public key not JSON": replace(good, public_jwk="{"),
        "one more member in the public key": replace(
            good, public_jwk=good.public_jwk[:-1] + ',"x5u":"https://m"}'
        ),
        "damaged seal": replace(good, sealed_private=good.sealed_private[:-1] + b"\0"),
        "empty seal": replace(good, sealed_private=b""),
        "sealed junk": replace(good, sealed_private=junk),
        "sealed for another purpose": replace(good, sealed_private=unbound),
        "another master key": replace(good, sealed_private=stranger.seal(b"", purpose=SIGNING_KEY_PURPOSE)),
        "private key in the clear": replace(good, sealed_private=generate("ES256")),
    }


@pytest.mark.parametrize("name", list(wrong_records()))
async def test_a_record_that_is_not_what_it_says_is_refused_and_the_old_keys_stay(
    name: str, now: MovableTime
) -> None:
    wrong = wrong_records()[name]
    with pytest.raises(UnusableKeyRecord) as refusal:
        Keyring(VAULT, [wrong], now=now)
    assert wrong.kid in str(refusal.value)
    ring = Keyring(VAULT, [stored("RS256")], now=now)
    with pytest.raises(UnusableKeyRecord):
        ring.replace([stored("RS256"), wrong])
    ring.verify(await sign(ring, "RS256"), purpose=Purpose.ACCESS_TOKEN)


async def test_beside_a_record_that_does_not_open_a_key_taken_out_signs_and_verifies_no_more(
    now: MovableTime,
) -> None:
    foreign = wrong_records()["another master key"]
    ours, stays = replace(rotated()[0], retired_at=None, erase_after=None), stored("RS256")
    ring = Keyring(VAULT, [ours, stays], now=now)
    token = await sign(ring)
    revoked = replace(ours, sealed_private=b"", retired_at=START, erase_after=START, erased_at=START)
    stored_now = [revoked, stays, replace(foreign, kid="new")]
    with pytest.raises(UnusableKeyRecord):
        ring.replace(stored_now)
    ring.narrow(stored_now)
    with pytest.raises(SigningUnavailable):
        await sign(ring)
    with pytest.raises(InvalidJwt):
        ring.verify(token, purpose=Purpose.ACCESS_TOKEN)
    ring.verify(await sign(ring, "RS256"), purpose=Purpose.ACCESS_TOKEN)


async def test_a_key_whose_own_record_was_spoilt_goes_on_as_it_was(now: MovableTime) -> None:
    ring = Keyring(VAULT, [stored("ES256")], now=now)
    spoilt = [replace(stored("ES256"), public_jwk="{")]
    with pytest.raises(UnusableKeyRecord):
        ring.replace(spoilt)
    ring.narrow(spoilt)
    ring.verify(await sign(ring), purpose=Purpose.ACCESS_TOKEN)


async def test_claims_that_are_no_json_are_our_mistake_and_are_not_signed(now: MovableTime) -> None:
    ring = Keyring(VAULT, [stored("ES256")], now=now)
    with pytest.raises(ValueError, match="JSON"):
        await ring.sign({"exp": float("nan")}, typ="JWT", alg="ES256")


async def test_a_token_is_compact_and_keeps_vietnamese_as_it_is(now: MovableTime) -> None:
    ring = Keyring(VAULT, [stored("ES256")], now=now)
    token = await sign(ring)
    assert token.isascii()
    assert [len(part) > 0 for part in token.split(".")] == [True, True, True]
    assert len(token.split(".")[2]) == 86  # r and s at full size, RFC 7518 §3.4
    assert "=" not in token


async def test_a_token_proved_before_is_told_from_one_that_looks_like_it(now: MovableTime) -> None:
    """Only the signature is not proved twice, and only of the very same token."""
    keyring = Keyring(VAULT, [stored("ES256"), stored("EdDSA")], now=now)
    ours, other = [
        await keyring.sign({**CLAIMS, "jti": jti}, typ="at+jwt", alg="ES256", comes_back=True) for jti in "ab"
    ]
    assert keyring.verify(ours, purpose=Purpose.ACCESS_TOKEN).claims["jti"] == "a"
    message, _, signature = ours.rpartition(".")
    changed = signature[:-2] + ("AA" if signature[-2:] != "AA" else "BA")
    for forged in (f"{message}.{changed}", f"{message}.{other.rpartition('.')[2]}"):
        for _ in range(2):
            with pytest.raises(InvalidJwt):
                keyring.verify(forged, purpose=Purpose.ACCESS_TOKEN)
    with pytest.raises(InvalidJwt):
        keyring.verify(ours, purpose=Purpose.CLIENT_ASSERTION)
    keyring.replace([stored("EdDSA")])
    with pytest.raises(InvalidJwt):
        keyring.verify(ours, purpose=Purpose.ACCESS_TOKEN)


async def test_only_so_many_tokens_are_remembered() -> None:
    proved = Proved()
    for number in range(10_001):
        proved.add(f"token {number}")
    assert "token 0" not in proved
    assert all(f"token {number}" in proved for number in (1, 10_000))
