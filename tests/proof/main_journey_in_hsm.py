"""The whole demo with all signing keys in SoftHSM, behind a process that is stopped, killed and started again.

The main journey in Chromium, its tokens verified by the portal and the data store; then a sign-in for each way the device
can be away: it ends in an error, the provider is not ready, and it heals by itself (SECURITY R26). Last, sign rates.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from bench.signing import line, sign_rate
from keys.local import LOCAL_ALGS
from keys.pkcs11.device import Device
from tests.journeys.people import full_name, reach_consent, sign_in
from tests.journeys.stack import Stack, start_stack, wait_until
from tests.journeys.test_sign_in import file_a_procedure
from tests.journeys.visitor import FLAGS, Visitor
from tests.remote_device import RemoteDevice
from tests.softhsm import LABEL, Token, new_token

_HEALED_SECONDS = 25.0
THROUGH_P11_KIT = {"ES256", "PS256", "RS256"}
"""p11-kit 0.24 does not carry EdDSA: `hpid init` says so and makes no such key."""


def journey(stack: Stack, browser: Browser) -> None:
    """Sign in through the national system, file, open the other service without a page, sign out of both."""
    slug = "level-02-adult"
    with Visitor(browser) as visitor:
        sign_in(visitor, stack.portal, slug)
        assert (visitor.at, visitor.text("signed-in-name")) == ("home", full_name(slug))
        file_a_procedure(visitor)
        visitor.acts = 0
        visitor.open(f"{stack.data_store}/documents")
        assert (visitor.at, visitor.acts) == ("documents", 0)
        visitor.press("sign-out-everywhere")
        wait_until(lambda: _is_out(visitor, stack.portal), seconds=10)


def outage(
    stack: Stack, browser: Browser, slug: str, begin: Callable[[], None], end: Callable[[], None]
) -> float:
    """Sign in while the device is away, see nobody signed in, and return how long it takes to heal."""
    with Visitor(browser) as visitor:
        reach_consent(visitor, stack.portal, slug)
        assert visitor.at == "consent"
        begin()
        visitor.press("allow")
        assert not visitor.sees("signed-in-name"), visitor.at
        assert readiness(stack) == 503
        assert httpx.get(f"{stack.provider}/jwks").status_code == 200
        end()
        healed = wait_until(lambda: readiness(stack) == 200, seconds=_HEALED_SECONDS)
        visitor.open(stack.portal)
        visitor.press("sign-in")
        assert (visitor.at, visitor.text("signed-in-name")) == ("home", full_name(slug))
        return healed


def readiness(stack: Stack) -> int:
    return httpx.get(f"{stack.provider}/health/ready", timeout=20).status_code


def assert_all_keys_in_the_device(stack: Stack) -> None:
    """All keys that exist lie there, and those are the ones that are published."""
    listed = json.loads(stack.hpid("keys", "list", "--json"))
    assert {key["alg"] for key in listed} == THROUGH_P11_KIT
    assert all(key["held_in"].startswith(f"pkcs11:token={LABEL};id=") for key in listed), listed
    published = httpx.get(f"{stack.provider}/jwks").json()["keys"]
    assert {key["kid"] for key in published} == {key["kid"] for key in listed}


def rates(token: Token, device: RemoteDevice) -> None:
    """Print what keys in this process, in SoftHSM in this process, and in SoftHSM behind a process do."""
    remote = Path(device.environment["HPID_PKCS11_MODULE"])
    for alg in LOCAL_ALGS:
        print(line(sign_rate(alg)))
        print(line(sign_rate(alg, device=token.device())))
        if alg not in THROUGH_P11_KIT:
            continue
        away = Device(module=remote, token=LABEL, pin_file=token.pin_file, time_limit=5)
        print(f"{line(sign_rate(alg, device=away))}, through p11-kit")


def prove(folder: Path, token: Token, device: RemoteDevice) -> None:
    """Run the demo on the device."""
    os.environ.update(device.environment)
    os.environ["HPID_PKCS11_TIME_LIMIT"] = "1"
    stack = start_stack(folder / "demo")
    try:
        assert_all_keys_in_the_device(stack)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
            journey(stack, browser)
            print("the main journey, with all keys in the device: done")
            ways: tuple[tuple[str, str, Callable[[], None], Callable[[], None]], ...] = (
                (
                    "stopped",
                    "director-of-12",
                    lambda: device.signal(signal.SIGSTOP),
                    lambda: device.signal(signal.SIGCONT),
                ),
                ("killed", "child-15", device.kill, device.start),
                (
                    "without its token",
                    "other-parent",
                    lambda: _rename(token.tokens, token.folder / "away"),
                    lambda: _rename(token.folder / "away", token.tokens),
                ),
            )
            for name, slug, begin, end in ways:
                healed = outage(stack, browser, slug, begin, end)
                print(f"{name}: nobody was signed in, not ready, and healed {healed:.1f} s after it was back")
            journey(stack, browser)
            browser.close()
    finally:
        stack.stop()
    rates(token, device)


def _rename(here: Path, there: Path) -> None:
    here.rename(there)


def _is_out(visitor: Visitor, service: str) -> bool:
    visitor.open(service)
    return visitor.sees("sign-in")


def main() -> int:
    """Prove it; print how long it took."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, new_token(Path(name) / "softhsm") as token:
        device = RemoteDevice(token)
        device.start()
        try:
            prove(Path(name), token, device)
        finally:
            device.kill()
    print(f"{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
