"""A device that is wrong, dead or lying: 503, heals, and never another key – SECURITY R26."""

import asyncio
import ctypes
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keys.pkcs11.device import Device
from tests.keys.pkcs11.failing import healed, objects, refused, with_key
from tests.keys.pkcs11.test_device_keys import START, held, ring_of, sign
from tests.softhsm import LABEL, PIN, Fault, Token, fault_in, module, nothing_in

pytestmark = pytest.mark.usefixtures("short_pauses")

ROOT = Path(__file__).resolve().parents[3]

CANT_LOCK = 0xA

FINAL_TRY, FLAGS_AT = 0x20000, 96
"""CKF_USER_PIN_FINAL_TRY, and where the flags stand in CK_TOKEN_INFO."""


async def test_a_wrong_pin_is_tried_once_and_never_again(
    token: Token, login: Fault, device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    token.write_pin("1234-wrong")
    reasons = [await refused(ring_of(device).make_record("ES256", START)) for _ in range(3)]
    token.write_pin(PIN)
    await asyncio.sleep(0.15)
    reasons.append(await refused(ring_of(device).make_record("ES256", START)))
    (reason,) = set(reasons)
    assert reason == (
        "the token refuses the PIN, which this process does not try again (C_Login: CKR_PIN_INCORRECT (0xa0))"
    )
    assert login.calls == 1
    assert caplog.text.count("the token refuses the PIN") == 1
    assert "1234-wrong" not in caplog.text
    restarted = token.device()
    await ring_of(restarted).make_record("ES256", START)
    await restarted.aclose()


async def test_a_token_with_one_try_left_is_not_tried(token: Token, login: Fault) -> None:
    with fault_in("C_GetTokenInfo") as info:

        def one_left(slot: int, found: int) -> int:
            code = info.original(slot, found)
            flags = ctypes.c_ulong.from_address(found + FLAGS_AT)
            flags.value |= FINAL_TRY
            return code

        info.instead = one_left
        device = token.device()
        assert "one try left" in await refused(ring_of(device).make_record("ES256", START))
        assert login.calls == 0
        info.work()
        await asyncio.sleep(0.15)
        await ring_of(device).make_record("ES256", START)
        await device.aclose()


async def test_a_pin_file_that_others_may_read_is_not_used_until_it_is_mended(
    token: Token, login: Fault, device: Device
) -> None:
    token.write_pin(PIN, 0o640)
    reason = await refused(ring_of(device).make_record("ES256", START))
    assert reason == f"the PIN file {token.pin_file}: others may read or change it; its mode must be 0600"
    token.write_pin("")
    await asyncio.sleep(0.15)
    assert "there is no PIN in it" in await refused(ring_of(device).make_record("ES256", START))
    token.pin_file.unlink()
    await asyncio.sleep(0.15)
    assert "can't be opened" in await refused(ring_of(device).make_record("ES256", START))
    assert login.calls == 0
    token.write_pin(PIN)
    await asyncio.sleep(0.15)
    await ring_of(device).make_record("ES256", START)


@pytest.mark.parametrize("what", ["nothing", "text", "library"])
async def test_a_module_that_is_none_is_refused_in_words(token: Token, tmp_path: Path, what: str) -> None:
    path = tmp_path / "module.so"
    if what == "text":
        path.write_text("not a library")
    if what == "library":
        path = Path(sys.modules["_ctypes"].__file__ or "")
    device = Device(module=path, token=LABEL, pin_file=token.pin_file, time_limit=1)
    assert "no PKCS #11 module" in await refused(ring_of(device).make_record("ES256", START))
    await device.aclose()


async def test_a_token_that_is_taken_away_is_found_again(token: Token, device: Device) -> None:
    ring, _ = await with_key(device)
    (here,) = token.tokens.iterdir()
    away = here.rename(token.folder / "away")
    await asyncio.sleep(0.15)
    await refused(sign(ring))
    await asyncio.sleep(0.15)
    assert "0 tokens are labelled hpid" in await refused(sign(ring))
    away.rename(here)
    await healed(ring)


async def test_a_key_destroyed_behind_our_back_signs_no_more_and_the_others_do(
    token: Token, device: Device
) -> None:
    ring, record = await with_key(device)
    other, _ = await with_key(device)
    await sign(ring)
    done = await asyncio.to_thread(destroy, held(record).object_id)
    assert done == "2 destroyed"
    await refused(sign(ring))
    assert await refused(sign(ring)) == "the device has 0 keys of this id instead of one"
    await sign(other)


def destroy(object_id: bytes) -> str:
    """Destroy what has this id, from another process."""
    return subprocess.run(
        (sys.executable, "-c", _DESTROY, module(), object_id.hex(), PIN),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


_DESTROY = """
import sys
from pathlib import Path
from keys.pkcs11 import constants as c
from keys.pkcs11.cryptoki import Cryptoki
module = Cryptoki(Path(sys.argv[1]))
module.initialize()
slot = next(slot for slot, label, _ in module.tokens() if label == "hpid")
session = module.open_session(slot, writes=True)
module.login(session, sys.argv[3].encode())
found = module.find(session, ((c.CKA_ID, bytes.fromhex(sys.argv[2])),))
for one in found:
    module.destroy(session, one)
print(len(found), "destroyed")
"""


async def test_no_signature_of_a_lying_device_leaves(
    signing: Fault, device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    ring, record = await with_key(device)
    signing.lie()
    for _ in range(3):
        assert await refused(sign(ring)) == "the device returned a signature that does not verify"
    assert await refused(ring.check()) == "the device returned a signature that does not verify"
    loud = [line for line in caplog.records if line.levelno == logging.ERROR and record.kid in line.message]
    assert len(loud) == 4
    signing.work()
    await sign(ring)
    await ring.check()


async def test_a_key_that_would_not_sign_is_not_made(token: Token, signing: Fault, device: Device) -> None:
    signing.lie()
    await refused(ring_of(device).make_record("ES256", START))
    assert objects(token) == []


async def test_of_several_keys_all_are_made_or_none(token: Token, signing: Fault, device: Device) -> None:
    ring = ring_of(device)
    signing.lie()
    lying, signed = signing.instead, signing.calls + 2

    def third(*arguments: int) -> int:
        assert lying is not None
        return (lying if signing.calls > signed else signing.original)(*arguments)

    signing.instead = third
    await refused(ring.make_records(["ES256", "EdDSA", "ES256"], START))
    assert signing.calls == signed + 1
    assert objects(token) == []


async def test_a_module_that_knows_no_locks_is_begun_without(token: Token) -> None:
    with fault_in("C_Initialize") as beginning:
        beginning.instead = lambda arguments: CANT_LOCK if arguments else beginning.original(arguments)
        device = token.device()
        ring, _ = await with_key(device)
        await sign(ring)
        assert beginning.calls == 2
        await device.aclose()


@pytest.mark.parametrize("function", ["C_GetSlotList", "C_GetMechanismList"])
async def test_a_module_that_claims_to_have_more_than_memory_holds_is_refused(
    token: Token, function: str
) -> None:
    with fault_in(function) as counting:

        def lying(some: int, found: object, count: int) -> int:
            ctypes.cast(count, ctypes.POINTER(ctypes.c_ulong))[0] = 2**60
            return 0 if found is None else counting.original(some, found, count)

        counting.instead = lying
        device = token.device()
        assert await refused(ring_of(device).make_record("ES256", START)) == (
            f"{function}: CKR_BUFFER_TOO_SMALL (0x150)"
        )
        await device.aclose()


async def test_a_module_without_one_of_the_functions_is_refused_and_not_called(token: Token) -> None:
    with nothing_in("C_OpenSession"):
        device = token.device()
        reason = await refused(ring_of(device).make_record("ES256", START))
        await device.aclose()
    assert reason == f"{module()} is no PKCS #11 module that can be loaded"


async def test_a_module_that_finds_what_was_not_asked_for_destroys_no_other_key(
    token: Token, device: Device
) -> None:
    with fault_in("C_FindObjectsInit") as finding:
        record, other = [await ring_of(device).make_record("ES256", START) for _ in range(2)]
        finding.instead = lambda session, _template, _count: finding.original(session, None, 0)
        fresh = token.device()  # its module is loaded anew, and begins with ours
        await ring_of(fresh).erase(record)
        await fresh.aclose()
        finding.work()
    await sign(ring_of(device, other))
