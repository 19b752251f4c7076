"""A device that is wrong, slow, dead or lying: 503, heals, and never another key – SECURITY R26."""

import asyncio
import ctypes
import logging
import os
import subprocess
import sys
import time
from collections.abc import Awaitable
from pathlib import Path

import pytest

from keys.keyring import Keyring
from keys.pkcs11 import connection as connecting
from keys.pkcs11 import signer as signers
from keys.pkcs11.device import MOST_WAITING, Device
from keys.rotation import KeyRecord
from keys.signer import SigningUnavailable
from tests.keys.pkcs11.test_device_keys import START, held, ring_of, sign
from tests.softhsm import LABEL, PIN, Fault, Token, fault_in, module, native_sleep_in, nothing_in

ROOT = Path(__file__).resolve().parents[3]
CANT_LOCK = 0xA
FINAL_TRY, FLAGS_AT = 0x20000, 96
"""CKF_USER_PIN_FINAL_TRY, and where the flags stand in CK_TOKEN_INFO."""


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time here is the machine's."""
    monkeypatch.setattr(connecting, "_FIRST_PAUSE", 0.05)
    monkeypatch.setattr(connecting, "_LONGEST_PAUSE", 0.1)
    monkeypatch.setattr(connecting, "_OLD", 0.1)


async def refused(attempt: Awaitable[object]) -> str:
    """Return why nothing was signed."""
    with pytest.raises(SigningUnavailable) as refusal:
        await attempt
    return str(refusal.value)


async def healed(ring: Keyring, *, seconds: float = 5.0) -> None:
    """Return once it signs."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            await sign(ring)
        except SigningUnavailable:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
        else:
            return


def objects(token: Token) -> list[Path]:
    """Return what SoftHSM keeps in the token."""
    return [path for path in token.tokens.glob("*/*.object") if path.name != "token.object"]


async def with_key(device: Device) -> tuple[Keyring, KeyRecord]:
    record = await ring_of(device).make_record("ES256", START)
    return ring_of(device, record), record


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


async def test_making_keys_may_take_longer_than_signing(token: Token) -> None:
    with fault_in("C_GenerateKeyPair") as generating:

        def slowly(*arguments: int) -> int:
            time.sleep(0.2)
            return generating.original(*arguments)

        generating.instead = slowly
        device = token.device(time_limit=0.1)
        made = await ring_of(device).make_records(["ES256", "EdDSA"], START)
        assert [record.alg for record in made] == ["ES256", "EdDSA"]
        await device.aclose()


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


async def test_a_lost_session_is_opened_again_within_the_same_signature(
    signing: Fault, login: Fault, device: Device
) -> None:
    ring, _ = await with_key(device)
    signing.fail(times=1)
    await sign(ring)
    assert login.calls == 2


async def test_a_device_that_stays_broken_is_not_asked_all_the_time_and_heals(
    signing: Fault, login: Fault, device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    ring, _ = await with_key(device)
    signing.fail()
    began = time.monotonic()
    for _ in range(200):
        assert await refused(sign(ring)) == "C_Sign: CKR_DEVICE_ERROR (0x30)"
    assert login.calls <= 3 + (time.monotonic() - began) / 0.05
    signing.work()
    await healed(ring)
    assert [line.message for line in caplog.records if line.name == "hpid.keys.device"] == [
        "the signing device does not work: C_Sign: CKR_DEVICE_ERROR (0x30)",
        "the signing device works again",
    ]


async def test_a_device_that_hangs_is_given_up_and_takes_no_second_thread(
    token: Token, signing: Fault
) -> None:
    device = token.device(time_limit=0.3)
    ring, _ = await with_key(device)
    released = signing.hang()
    assert await refused(sign(ring)) == "the device took longer than 0.3 s"
    await asyncio.sleep(0.05)
    began = time.monotonic()
    for _ in range(500):
        assert await refused(sign(ring)) == "the device hangs"
    assert time.monotonic() - began < 1.0, "refused at once"
    signing.work()
    released.set()
    await healed(ring)
    assert len(signing.threads) == 1
    await device.aclose()


async def test_while_the_module_hangs_the_event_loop_goes_on(token: Token) -> None:
    """A function of C that sleeps with the interpreter's lock in hand would stop everything."""
    with native_sleep_in("C_Sign"):
        device = token.device(time_limit=0.5)
        record = await device.run(lambda found: found.generate("ES256", label="x"))
        signing = asyncio.create_task(device.run(lambda found: found.sign(record[0], "ES256", b"x")))
        longest, last = 0.0, time.monotonic()
        while not signing.done():
            await asyncio.sleep(0.01)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        assert longest < 0.4
        assert isinstance(signing.exception(), SigningUnavailable)
        await asyncio.sleep(1.0)
        await device.aclose()


async def test_only_so_many_wait_and_none_of_those_who_gave_up_is_signed_for(
    token: Token, signing: Fault
) -> None:
    device = token.device(time_limit=0.5)
    ring, _ = await with_key(device)
    released = signing.hang()
    signing.calls = 0
    attempts = [asyncio.create_task(sign(ring)) for _ in range(MOST_WAITING + 20)]
    reasons = [await refused(attempt) for attempt in attempts]
    assert sum("wait for the device already" in reason for reason in reasons) >= 19
    assert sum("took longer" in reason for reason in reasons) >= MOST_WAITING
    signing.work()
    released.set()
    await healed(ring)
    assert signing.calls <= 3, "what nobody waits for is not signed"
    await device.aclose()


async def test_a_hung_call_does_not_hold_up_the_end(token: Token, signing: Fault) -> None:
    device = token.device(time_limit=0.1)
    ring, _ = await with_key(device)
    released = signing.hang()
    await refused(sign(ring))
    began = time.monotonic()
    await device.aclose()
    assert time.monotonic() - began < 4.0
    released.set()


async def test_a_thousand_who_ask_whether_it_can_sign_cost_one_signature(
    token: Token, signing: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signers, "_FRESH_SECONDS", 0.0)
    device = token.device(time_limit=0.3)
    ring, _ = await with_key(device)
    signing.calls = 0
    await asyncio.gather(*(ring.check() for _ in range(1000)))
    assert signing.calls == 1
    released = signing.hang()
    reasons = await asyncio.gather(*(ring.check() for _ in range(1000)), return_exceptions=True)
    assert {str(reason) for reason in reasons} == {"the device took longer than 0.3 s"}
    assert signing.calls == 2
    released.set()
    await device.aclose()


async def test_a_module_that_knows_no_locks_is_begun_without(token: Token) -> None:
    with fault_in("C_Initialize") as beginning:
        beginning.instead = lambda arguments: CANT_LOCK if arguments else beginning.original(arguments)
        device = token.device()
        ring, _ = await with_key(device)
        await sign(ring)
        assert beginning.calls == 2
        await device.aclose()


async def test_a_call_that_is_cancelled_leaves_the_next_one_whole(device: Device) -> None:
    ring, _ = await with_key(device)
    tasks = [asyncio.create_task(sign(ring)) for _ in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, str) for outcome in outcomes[1::2])
    await sign(ring)


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
