"""Deliberate holes in the product, put in for a while in this process: what the gates must find. Nothing in the product
knows of them, and what is drawn knows nothing of them either.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from idp.citizen import guard, interaction, local_session, lock, otp
from idp.citizen.codes import entering, offering
from idp.citizen.cross_device import phone
from idp.citizen.recover import renew
from idp.edge import account
from idp.endpoints import upstream_callback
from idp.interactions.service import deciding
from idp.protocol.assurance import Acr
from idp.protocol.facts import ConsentFacts
from idp.recovery.store.desk_cases import DeskCaseStore
from tests.flows.digging import any_number, by_name, in_any_browser, raised, stale_too, whatever_code


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


_ALL = frozenset({"openid", "profile", "email", "phone"})
_ALL_AGREED = ConsentFacts(scopes=_ALL, granted=_ALL)
HOLES: Mapping[str, Hole] = {
    "second-factor-skipped": Hole(
        owner=otp,
        name="totp_step",
        instead=whatever_code,
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
        instead=raised,
        trial="with own app",
        found="was proved",
    ),
    "hold-forgotten": Hole(
        owner=guard,
        name="is_high_risk",
        instead=lambda _: lambda _call: False,
        trial="held",
        found="no fresh sign-in",
    ),
    "recovered-stale": Hole(
        owner=renew,
        name="holder_of",
        instead=stale_too,
        trial="recovered late",
        found="nobody recovered this account",
    ),
    "any-number-of-the-screen": Hole(
        owner=phone,
        name="answer",
        instead=any_number,
        trial="without number",
        found="no phone gave its number",
    ),
    "locked-by-name": Hole(
        owner=lock,
        name="_lock_named",
        instead=by_name,
        trial="locked by name",
        found="its holder did not say so",
    ),
    "any-sent-code": Hole(
        owner=entering,
        name="hmac",
        instead=lambda _: SimpleNamespace(compare_digest=lambda _given, _kept: True),
        trial="without sent code",
        found="no code was right",
    ),
    "young-address": Hole(
        owner=offering,
        name="may_open",
        instead=lambda _: lambda since, _now: since is not None,
        trial="address of today",
        found="no code was right",
    ),
    "any-paper": Hole(
        owner=DeskCaseStore,
        name="_digest",
        instead=lambda _: lambda store, case_id, _code: store.vault.digest(case_id),
        trial="without paper",
        found="nobody recovered this account",
    ),
    "low-account-high": Hole(
        owner=upstream_callback,
        name="national_acr",
        instead=lambda _: lambda _stated, _level: Acr.HIGH,
        trial="low account",
        found="was proved",
    ),
    "return-of-another": Hole(
        owner=upstream_callback,
        name="_spend_state",
        instead=in_any_browser,
        trial="return elsewhere",
        found="nobody was proved",
    ),
    "agreed-unasked": Hole(
        owner=deciding,
        name="consent_facts",
        instead=lambda _: lambda _records, **_more: _ALL_AGREED,
        trial="not agreed",
        found="nobody agreed to",
    ),
}


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
