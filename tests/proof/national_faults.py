"""R21, R22: the whole demo under every fault of the national system's panel, real processes on real sockets.

For each: what a citizen at the portal sees, within three seconds, in their language, with a reference and a way on; that
the portal gets nothing; that the same page goes on when the fault is over, and that nothing was started again.
"""

import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from federation.national_mock.fault_list import FAULTS, GROUPS, Fault
from tests.driver import Page
from tests.journeys.stack import Stack, start_stack
from tests.proof._walker import Walker

_LOOK = 11.0
"""By then every process has read metadata and keys again."""
_AMOUNTS = {"slow": 30.0, "drip": 1.0}
_SEEN_WITHIN, _BACK_WITHIN = 3.0, 75.0
_TXN = re.compile(r"[2-9B-Z]{4}-[2-9B-Z]{4}-[2-9B-Z]{4}")
_SERVICE = {fault.mode for fault in GROUPS["service"]}


@dataclass
class Findings:
    """What was wrong; empty is good."""

    wrong: list[str]

    def expect(self, what: str, *, is_so: bool) -> None:
        if not is_so:
            self.wrong.append(what)


def _order(stack: Stack, mode: str) -> None:
    body = {"mode": mode, "amount": _AMOUNTS.get(mode)}
    httpx.post(f"{stack.national}/__faults", json=body, trust_env=False).raise_for_status()


def _is_told(walker: Walker, *, txn: bool) -> bool:
    """A page of the provider in Vietnamese, with a reference where one attempt failed, and a way on."""
    page = Page(walker.page)
    ways = {"method-national", "method-national-down"} & page.ids and "cancel" in page.ids
    has_reference = "error-reference" in page.ids and _TXN.search(walker.page.text) is not None
    is_outage = "method-national-down" in page.ids
    return bool(
        walker.page.status_code == 200
        and '<html lang="vi"' in walker.page.text
        and ways
        and (has_reference or is_outage or not txn)
    )


def _signs_in(stack: Stack, walker: Walker) -> bool:
    """Go on from the page of ways to sign in, all the way back to the portal."""
    page = Page(walker.page)
    if "method-national" not in page.ids:
        walker.open(str(walker.page.url).split("&m=")[0])
        if "method-national" not in Page(walker.page).ids:
            return False
    walker.press("method-national")
    if "submit" in Page(walker.page).ids and "national-submit" not in Page(walker.page).ids:
        walker.press("submit")
    if "national-submit" not in Page(walker.page).ids:
        return False
    walker.open(walker.prove())
    if "allow" in Page(walker.page).ids:
        walker.press("allow")
    return _is_at_portal(stack, walker)


def _is_at_portal(stack: Stack, walker: Walker) -> bool:
    return str(walker.page.url).startswith(stack.portal) and walker.page.status_code == 200


def _recovers(stack: Stack, walker: Walker) -> float:
    """End the fault; return the seconds until the same request signs in, infinity if it does not."""
    _order(stack, "none")
    began = time.monotonic()
    while time.monotonic() - began < _BACK_WITHIN:
        if _signs_in(stack, walker):
            return time.monotonic() - began
        time.sleep(1)
    return float("inf")


def _before_leaving(stack: Stack, fault: Fault, findings: Findings) -> float:
    walker = Walker(stack)
    walker.open(f"{stack.portal}/sign-in")
    walker.press("method-national")
    _order(stack, fault.mode)
    began = time.monotonic()
    try:
        stopped = walker.press("submit", stop_at=stack.national)
    except httpx.HTTPError:
        stopped = ""
        findings.expect("the provider answers", is_so=False)
    seconds = time.monotonic() - began
    findings.expect(f"something is seen within {_SEEN_WITHIN:.0f} s", is_so=seconds < _SEEN_WITHIN)
    # Metadata is read every ten seconds: while it serves, the browser is sent on, which is all the provider can do.
    findings.expect("sent on, or told", is_so=bool(stopped) or _is_told(walker, txn=True))
    walker.close()
    return seconds


def _on_the_way_back(stack: Stack, fault: Fault, findings: Findings) -> float:
    walker = Walker(stack)
    walker.to_national()
    if fault.mode in _SERVICE:
        address = walker.prove()
        _order(stack, fault.mode)
    else:
        _order(stack, fault.mode)
        address = walker.prove()
        if fault.mode == "key_rotated":
            time.sleep(_LOOK)
    began = time.monotonic()
    walker.open(address)
    seconds = time.monotonic() - began
    findings.expect(f"something is seen within {_SEEN_WITHIN:.0f} s", is_so=seconds < _SEEN_WITHIN)
    if fault.outcome in {"works", "once"}:
        if "allow" in Page(walker.page).ids:
            walker.press("allow")
        findings.expect("signed in", is_so=_is_at_portal(stack, walker))
        if fault.outcome == "once":
            walker.open(address)
            is_over = walker.page.status_code == 400 and _TXN.search(walker.page.text) is not None
            findings.expect("the second time is a page that says so", is_so=is_over)
        _order(stack, "none")
        return seconds
    findings.expect("told", is_so=_is_told(walker, txn=True))
    findings.expect("the portal got nothing", is_so=not _is_at_portal(stack, walker))
    back = _recovers(stack, walker)
    findings.expect(f"the same request goes on within {_BACK_WITHIN:.0f} s", is_so=back < _BACK_WITHIN)
    print(f"  {fault.mode}: goes on {back:.1f} s after its end")
    walker.close()
    return seconds


def _gives_up(stack: Stack, findings: Findings) -> None:
    """Who does not wait goes back to the portal, which is told so in the words of the protocol and shows a page."""
    walker = Walker(stack)
    walker.to_national()
    address = walker.prove()
    _order(stack, "http500")
    walker.open(address)
    sent = walker.press("cancel", stop_at=f"{stack.portal}/")
    findings.expect("access_denied, and no code", is_so="error=access_denied" in sent and "code=" not in sent)
    _order(stack, "none")
    walker.close()


def _prove(name: str, check: Callable[[Findings], float | None]) -> bool:
    findings = Findings(wrong=[])
    try:
        seconds = check(findings)
    except (AssertionError, KeyError, httpx.HTTPError) as error:
        findings.wrong.append(f"{type(error).__name__}: {error}"[:300])
        seconds = None
    told = "" if seconds is None else f" ({seconds:.2f} s)"
    print(f"{name}: {'good' if not findings.wrong else '; '.join(findings.wrong)}{told}", flush=True)
    return not findings.wrong


def main() -> int:
    """Go through all faults on one demo."""
    with tempfile.TemporaryDirectory() as folder:
        stack = start_stack(Path(folder) / "demo")
        try:
            good = [_prove("who gives up", partial(_gives_up, stack))]
            for fault in FAULTS.values():
                if fault.mode in _SERVICE:
                    good.append(
                        _prove(f"{fault.mode}, before leaving", partial(_before_leaving, stack, fault))
                    )
                    _order(stack, "none")
                good.append(_prove(f"{fault.mode}, on the way back", partial(_on_the_way_back, stack, fault)))
                _order(stack, "none")
        finally:
            stack.stop()
    return not all(good)


if __name__ == "__main__":
    sys.exit(main())
