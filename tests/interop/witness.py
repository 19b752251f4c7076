"""What a witness in Python shares with those in Node.js (witness.mjs): it is told its part by one line of JSON, runs its
steps in order, and says of each in one line how it went."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

_E = TypeVar("_E", bound=Exception)


def step(name: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Mark a method as a step; steps run in the order they are written in."""

    def mark(method: Callable[[Any], None]) -> Callable[[Any], None]:
        method.__dict__["step"] = name
        return method

    return mark


def browse(url: str) -> str:
    """Send the person's browser to an address; return the address of ours that it was led back to."""
    _say({"open": url})
    address = _heard()["left_for"]
    check(address, "the browser was not led back")
    return str(address)


def check(holds: object, words: object) -> None:
    """Fail with words unless it holds."""
    if not holds:
        raise RuntimeError(str(words))


def refused(kind: type[_E], attempt: Callable[[], object]) -> _E:
    """Expect a refusal; return what it said."""
    try:
        attempt()
    except kind as error:
        return error
    raise RuntimeError("it was not refused")


def testify(make: Callable[[Mapping[str, Any]], object]) -> None:
    """Run the steps of what `make` makes of its part; later ones may use what earlier ones found."""
    witness = make(_heard())
    for method in [member for member in vars(type(witness)).values() if hasattr(member, "step")]:
        try:
            method(witness)
        except Exception as error:  # noqa: BLE001 - whatever a library raises is what the witness says
            _say({"step": method.step, "said": f"{type(error).__name__}: {error}"[:2000]})
        else:
            _say({"step": method.step, "said": "ok"})
    _say({"over": True})


def _heard() -> dict[str, Any]:
    return dict(json.loads(sys.stdin.readline()))


def _say(message: Mapping[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(message)}\n")
    sys.stdout.flush()
