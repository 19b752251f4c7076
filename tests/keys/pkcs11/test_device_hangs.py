"""A device that is slow, hangs or comes and goes: nobody waits for long, and it heals – SECURITY R26."""

import asyncio
import time

import pytest

from keys.pkcs11 import signer as signers
from keys.pkcs11.device import MOST_WAITING, Device
from keys.signer import SigningUnavailable
from tests.keys.pkcs11.failing import healed, refused, with_key
from tests.keys.pkcs11.test_device_keys import START, ring_of, sign
from tests.softhsm import Fault, Token, fault_in, native_sleep_in

pytestmark = pytest.mark.usefixtures("short_pauses")


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
        record = await device.run(lambda found: found.generate("ES256", label="x"), limit=10.0)
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


async def test_a_call_that_is_cancelled_leaves_the_next_one_whole(device: Device) -> None:
    ring, _ = await with_key(device)
    tasks = [asyncio.create_task(sign(ring)) for _ in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, str) for outcome in outcomes[1::2])
    await sign(ring)
