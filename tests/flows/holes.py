"""Deliberate holes in the product, put in for a while in this process: what the gates must find. Nothing in the product
knows of them.

Each comes with a few steps that lead into it; without the hole the same steps break nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from idp.citizen import interaction, otp
from idp.edge import account
from idp.protocol.assurance import Acr
from tests.flows.player import Step
from tests.flows.twists import TWISTS, from_another_site

_METHODS = 1
"""Place of the page of one's ways to sign in, among the addresses of the account."""
_PASSWORD_AND_TOTP = 3
_SET_PASSWORD = 2
FROM_ANOTHER_SITE = TWISTS.index(from_another_site)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """What is put in the place of what, and steps that lead there."""

    owner: Any
    name: str
    instead: Callable[[Any], Any]
    steps: tuple[Step, ...]
    found: str
    """What the gates say of it."""


def _whatever_code(_right: Any) -> Any:
    """A second factor that is there is right."""
    return lambda _secret, _code, *, now, last_step: max(int(now.timestamp()) // 30, last_step + 1)


HOLES: Mapping[str, Hole] = {
    "second-factor-skipped": Hole(
        owner=otp,
        name="totp_step",
        instead=_whatever_code,
        steps=(("equip", 0, 0, _PASSWORD_AND_TOTP), ("use", 1, 0, 0, 3, 1), ("use", 2, 0, 0, 3, 2)),
        found="no code was right",
    ),
    "fresh-forgotten": Hole(
        owner=account,
        name="FRESH",
        instead=lambda _: 10**6,
        steps=(("sign_in", 0, 0, _METHODS), ("wait", 5), ("do", 0, 0, _SET_PASSWORD, 1)),
        found="no fresh sign-in",
    ),
    "any-form": Hole(
        owner=interaction,
        name="check_post",
        instead=lambda _: lambda _call, _form: None,
        steps=(("sign_in", 0, 0, _SET_PASSWORD), ("press", 0, 0, 0, FROM_ANOTHER_SITE, 1)),
        found="no fresh sign-in",
    ),
    "level-raised": Hole(
        owner=otp,
        name="local_proof",
        instead=lambda right: lambda *args, **more: _raised(right(*args, **more)),
        steps=(("equip", 0, 0, _PASSWORD_AND_TOTP), ("use", 1, 0, 0, 3, 1)),
        found="was proved",
    ),
}


def _raised(proof: Any) -> Any:
    return replace(proof, acr=Acr.HIGH)


@contextmanager
def dug(name: str) -> Iterator[None]:
    """Put the hole in, and take it out again."""
    hole = HOLES[name]
    right = getattr(hole.owner, hole.name)
    setattr(hole.owner, hole.name, hole.instead(right))
    try:
        yield
    finally:
        setattr(hole.owner, hole.name, right)
