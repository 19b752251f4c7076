"""Deliberate holes in the product, put in for a while in this process: what the gates must find. Nothing in the product
knows of them, and what is drawn knows nothing of them either.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from idp.citizen import account as account_pages
from idp.citizen import interaction, local_session, lock, otp
from idp.citizen.cross_device import phone
from idp.citizen.named_account import find_named
from idp.citizen.recover import renew
from idp.cross_device.service import look
from idp.database import Done
from idp.edge import account
from idp.life_events.service import lock_own
from idp.protocol.assurance import Acr
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """What is put in the place of what."""

    owner: Any
    name: str
    instead: Callable[[Any], Any]
    trial: str
    """The try at a gate (trials.py) that leads into it; without the hole the same steps break nothing."""
    found: str
    """What the gates say of it."""


def _whatever_code(_right: Any) -> Any:
    """A second factor that is there is right."""
    return lambda _secret, _code, *, now, last_step: max(int(now.timestamp()) // 30, last_step + 1)


def _stale_too(right: Any) -> Any:
    """Who is signed in at all is fresh."""
    return lambda call, **more: right(call, **{**more, "fresh": False})


def _any_number(right: Any) -> Any:
    """Whatever number is typed on the phone is right."""

    def answer(tx: Tx, *, code: str, number: str, **more: Any) -> Any:
        looked = look(tx, code=code, phone=more["phone"], occasion=more["occasion"])
        return right(tx, code=code, number=looked.asked.number if looked.asked else number, **more)

    return answer


def _by_name(right: Any) -> Any:
    """A name alone locks."""

    def lock_named(tx: Tx, *, username: str, **more: Any) -> Any:
        holder, _ = find_named(tx, username)
        if holder is None:
            return right(tx, username=username, **more)
        return Done(lock_own(tx, holder.person_id, "recovery code", occasion=more["occasion"]))

    return lock_named


HOLES: Mapping[str, Hole] = {
    "second-factor-skipped": Hole(
        owner=otp,
        name="totp_step",
        instead=_whatever_code,
        trial="without second factor",
        found="no code was right",
    ),
    "fresh-forgotten": Hole(
        owner=account,
        name="FRESH",
        instead=lambda _: 10**6,
        trial="late",
        found="no fresh sign-in",
    ),
    "any-form": Hole(
        owner=interaction,
        name="check_post",
        instead=lambda _: lambda _call, _form: None,
        trial="forged",
        found="no fresh sign-in",
    ),
    "level-raised": Hole(
        owner=local_session,
        name="local_proof",
        instead=lambda right: lambda *args, **more: _raised(right(*args, **more)),
        trial="with own app",
        found="was proved",
    ),
    "hold-forgotten": Hole(
        owner=account_pages,
        name="is_high_risk",
        instead=lambda _: lambda _call: False,
        trial="held",
        found="no fresh sign-in",
    ),
    "recovered-stale": Hole(
        owner=renew,
        name="holder_of",
        instead=_stale_too,
        trial="recovered late",
        found="nobody recovered this account",
    ),
    "any-number-of-the-screen": Hole(
        owner=phone,
        name="answer",
        instead=_any_number,
        trial="without number",
        found="no phone gave its number",
    ),
    "locked-by-name": Hole(
        owner=lock,
        name="_lock_named",
        instead=_by_name,
        trial="locked by name",
        found="its holder did not say so",
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
