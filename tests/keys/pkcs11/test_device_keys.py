"""Signing keys that are made in a device and never leave it – PKCS #11 2.40; SECURITY R26."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwk, jwt

from keys.envelope import Vault
from keys.jose import Purpose
from keys.keyring import SIGNING_KEY_PURPOSE, Keyring, UnusableKeyRecord, new_record
from keys.local import LOCAL_ALGS
from keys.master import MasterKey
from keys.pkcs11 import constants as c
from keys.pkcs11.cryptoki import Cryptoki, CryptokiError
from keys.pkcs11.device import Device
from keys.pkcs11.held_key import HeldKey
from keys.rotation import KeyRecord, due_for_erasure, next_rotation
from keys.signer import SigningUnavailable
from tests.softhsm import LABEL, PIN, Token, module

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
VAULT = Vault(MasterKey(current=1, versions={1: bytes(range(32))}))
CLAIMS: dict[str, object] = {"iss": "https://id.example", "sub": "s", "exp": 2_000_000_000}
CKA_VALUE = 0x11


def ring_of(device: Device | None, *records: KeyRecord, now: datetime = START) -> Keyring:
    return Keyring(VAULT, records, now=lambda: now, device=device)


async def sign(ring: Keyring, alg: str = "ES256") -> str:
    return await ring.sign(CLAIMS, typ="at+jwt", alg=alg)


def held(record: KeyRecord) -> HeldKey:
    return HeldKey.parse(VAULT.open(record.sealed_private, purpose=SIGNING_KEY_PURPOSE))


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")  # joserfc, which verifies here
async def test_every_algorithm_is_made_in_the_device_and_verifies_here_and_elsewhere(device: Device) -> None:
    empty = ring_of(device)
    assert await empty.new_algorithms() == set(LOCAL_ALGS)
    records = [await empty.make_record(alg, START) for alg in LOCAL_ALGS]
    ring = ring_of(device, *records)
    for record in records:
        token = await sign(ring, record.alg)
        verified = ring.verify(token, purpose=Purpose.ACCESS_TOKEN)
        assert (verified.claims, verified.header.kid) == (CLAIMS, record.kid)
        keys = jwk.KeySet.import_key_set(ring.public_jwks())  # type: ignore[arg-type]  # wider dict type
        assert jwt.decode(token, keys, algorithms=[record.alg]).claims == CLAIMS
    await ring.check()
    assert ring.places() == {record.kid: held(record).uri for record in records}


async def test_the_private_key_can_t_be_read_and_says_that_it_never_could(
    token: Token, device: Device
) -> None:
    record = await ring_of(device).make_record("ES256", START)
    await device.aclose()
    cryptoki = Cryptoki(module())
    cryptoki.initialize()
    try:
        ((slot, _label, _flags),) = (found for found in cryptoki.tokens() if found[1] == LABEL)
        session = cryptoki.open_session(slot)
        cryptoki.login(session, PIN.encode())
        (private,) = cryptoki.find(
            session, ((c.CKA_ID, held(record).object_id), (c.CKA_SIGN, b"\x01"), (c.CKA_SENSITIVE, b"\x01"))
        )
        for kind in (c.CKA_ALWAYS_SENSITIVE, c.CKA_NEVER_EXTRACTABLE, c.CKA_LOCAL, c.CKA_PRIVATE):
            assert cryptoki.attribute(session, private, kind) == b"\x01"
        assert cryptoki.attribute(session, private, c.CKA_EXTRACTABLE) == b"\x00"
        assert cryptoki.attribute(session, private, c.CKA_LABEL).decode() == "Hải Phòng ID ES256"
        with pytest.raises(CryptokiError, match="C_GetAttributeValue"):
            cryptoki.attribute(session, private, CKA_VALUE)
    finally:
        cryptoki.finalize()


async def test_a_key_in_the_database_retires_for_one_in_the_device_and_both_verify(device: Device) -> None:
    old = new_record(VAULT, "ES256", START)
    before = await sign(ring_of(device, old))
    plan = next_rotation(
        [old],
        alg="ES256",
        new=await ring_of(device).make_record("ES256", START),
        now=START,
        publish_for=timedelta(minutes=10),
        keep_for=timedelta(hours=1),
    )
    both = (*plan.retiring, plan.new)
    after = ring_of(device, *both, now=START + timedelta(minutes=10))
    assert after.verify(before, purpose=Purpose.ACCESS_TOKEN).header.kid == old.kid
    token = await sign(after)
    assert after.verify(token, purpose=Purpose.ACCESS_TOKEN).header.kid == plan.new.kid
    assert [key["kid"] for key in after.public_jwks()["keys"]] == [plan.new.kid, old.kid]


async def test_without_its_device_a_key_is_published_and_verifies_and_nothing_signs_for_it(
    token: Token, device: Device
) -> None:
    retiring = replace(new_record(VAULT, "ES256", START), active_from=START - timedelta(days=1))
    record = await ring_of(device).make_record("ES256", START)
    signed = await sign(ring_of(device, record))
    elsewhere = Device(module=module(), token="another", pin_file=token.pin_file, time_limit=1)
    for ring in (ring_of(None, retiring, record), ring_of(elsewhere, retiring, record)):
        assert ring.verify(signed, purpose=Purpose.ACCESS_TOKEN).header.kid == record.kid
        assert record.kid in {key["kid"] for key in ring.public_jwks()["keys"]}
        assert ring.algorithms() == {"ES256"}
        for attempt in (sign(ring), ring.check(), ring.erase(record)):
            with pytest.raises(SigningUnavailable, match="its key lies in pkcs11:token=hpid;id=%"):
                await attempt


async def test_a_record_whose_public_key_was_changed_is_refused(device: Device) -> None:
    good = await ring_of(device).make_record("ES256", START)
    other = new_record(VAULT, "ES256", START)
    seal = VAULT.seal
    forged = {
        "another's public key": replace(good, public_jwk=other.public_jwk),
        "another's record": replace(good, kid=other.kid, public_jwk=other.public_jwk),
        "another algorithm": replace(good, alg="EdDSA"),
        "not sealed": replace(good, sealed_private=held(good).to_bytes()),
        "sealed for another purpose": replace(
            good, sealed_private=seal(held(good).to_bytes(), purpose="else")
        ),
    } | {
        name: replace(good, sealed_private=seal(json.dumps(content).encode(), purpose=SIGNING_KEY_PURPOSE))
        for name, content in {
            "no place": {"jwk": dict(held(good).public_jwk)},
            "no key": {"uri": held(good).uri},
            "a place without an id": {"uri": "pkcs11:token=hpid", "jwk": dict(held(good).public_jwk)},
            "a key of another name": {
                "uri": held(good).uri,
                "jwk": {**held(good).public_jwk, "kid": other.kid},
            },
        }.items()
    }
    ring = ring_of(device, good)
    for record in forged.values():
        with pytest.raises(UnusableKeyRecord, match=f"signing key {record.kid}"):
            ring_of(device, record)
    with pytest.raises(UnusableKeyRecord):
        ring.replace([forged["another's public key"]])
    await sign(ring)


async def test_erasing_destroys_the_key_in_the_device_and_may_be_repeated(device: Device) -> None:
    record, other = [await ring_of(device).make_record("ES256", START) for _ in range(2)]
    ring = ring_of(device, record)
    await sign(ring)
    await ring.erase(record)
    await ring.erase(record)
    for again in (ring, ring_of(device, record)):
        with pytest.raises(SigningUnavailable, match="0 keys of this id"):
            await sign(again)
    await sign(ring_of(device, other))
    wiped = replace(record, retired_at=START, erase_after=START)
    assert due_for_erasure([wiped], START)[0].sealed_private == b""


def test_where_a_key_lies_is_written_as_rfc_7512_has_it_and_read_back() -> None:
    record = new_record(VAULT, "ES256", START)
    numbers = {name: json.loads(record.public_jwk)[name] for name in ("kty", "crv", "x", "y")}
    key = HeldKey.of_new(token="Khóa; một=hai", object_id=b"\x00;=\xff", numbers=numbers, alg="ES256")
    assert key.uri == "pkcs11:token=Kh%C3%B3a%3B%20m%E1%BB%99t%3Dhai;id=%00%3B%3D%FF"
    assert HeldKey.parse(key.to_bytes()) == key
