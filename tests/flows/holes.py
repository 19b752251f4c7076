"""Deliberate holes in the product, put in for a while in this process: what the gates must find. Nothing in the product
knows of them, and what is drawn knows nothing of them either.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, NamedTuple

from idp.citizen import guard, interaction, local_session, lock, otp
from idp.citizen.codes import entering, offering
from idp.citizen.cross_device import phone
from idp.citizen.recover import renew
from idp.edge import account
from idp.endpoints import upstream_callback, upstream_session
from idp.interactions.service import deciding
from idp.protocol.assurance import Acr
from idp.protocol.facts import ConsentFacts
from idp.recovery.store.desk_cases import DeskCaseStore
from tests.flows.digging import (
    any_number,
    by_name,
    in_any_browser,
    put,
    raised,
    said,
    stale_too,
    the_cases,
    whatever_code,
    young_too,
)


class Hole(NamedTuple):
    """What is put in the place of what."""

    owner: Any
    name: str
    instead: Callable[[Any], Any]
    trial: str
    """The try at a gate (trials.py) that leads into it; without the hole the same steps break nothing."""
    found: str
    """What the gates say of it."""


_ALL = frozenset({"openid", "profile", "email", "phone"})
_AGREED = ConsentFacts(scopes=_ALL, granted=_ALL)
_EQUAL = SimpleNamespace(compare_digest=said(True))

# fmt: off
HOLES: Mapping[str, Hole] = {
    "second-factor-skipped": Hole(otp, "totp_step", whatever_code, "without second factor", "no code was right"),
    "any-sent-code": Hole(entering, "hmac", put(_EQUAL), "without sent code", "no code was right"),
    "young-address": Hole(offering, "may_open", young_too, "address of today", "no code was right"),
    "fresh-forgotten": Hole(account, "FRESH", put(10**6), "late", "no fresh sign-in"),
    "any-form": Hole(interaction, "check_post", put(said(None)), "forged", "no fresh sign-in"),
    "hold-forgotten": Hole(guard, "is_high_risk", put(said(False)), "held", "no fresh sign-in"),
    "level-raised": Hole(local_session, "local_proof", raised, "with own app", "was proved"),
    "low-account-high": Hole(upstream_session, "national_acr", put(said(Acr.HIGH)), "low account", "was proved"),
    "return-of-another": Hole(upstream_callback, "_spend_state", in_any_browser, "return elsewhere", "nobody was proved"),
    "recovered-stale": Hole(renew, "holder_of", stale_too, "recovered late", "nobody recovered this account"),
    "any-paper": Hole(DeskCaseStore, "_digest", the_cases, "without paper", "nobody recovered this account"),
    "any-number-of-the-screen": Hole(phone, "answer", any_number, "without number", "no phone gave its number"),
    "locked-by-name": Hole(lock, "_lock_named", by_name, "locked by name", "its holder did not say so"),
    "agreed-unasked": Hole(deciding, "consent_facts", put(said(_AGREED)), "not agreed", "nobody agreed to"),
}
"""The last word of each line is what the gates say: those that say one thing stand together."""
# fmt: on


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
