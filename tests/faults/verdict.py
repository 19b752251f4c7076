"""Holds a history of operations against what must be true after every fault: I1 to I9 of SECURITY §4.2.

Pure but for the keys it is handed. What the database must say stands in check.py. Returns what is wrong, so that the
checker can be shown to find it.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from idp.audit.events import EventType
from tests.faults.check import Stored
from tests.faults.nemesis import REFUSABLE
from tests.faults.operations import Operation, Operations
from tests.faults.travel import claims_of, kid_of

BOUND = 1.0
"""Seconds after which nothing that was ended is accepted (DESIGN 5.5, bound A)."""
_USES = ("redeem", "refresh", "userinfo", "introspect")
_INVARIANT = {"revoke": "I3", "logout": "I3", "reuse": "I2"}
_REFUSED = {400, 401}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What is known of signing keys in the end."""

    published: Sequence[Mapping[str, Any]]
    """The JWK Set of each node."""
    seen: frozenset[str]
    """Every kid that was ever seen published."""
    revoked: frozenset[str]


def judge(history: Operations, stored: Stored, keys: Keys) -> list[str]:
    """Return every invariant that the history shows broken."""
    return [
        *sorted(set(history.wrong)),
        *_spent_twice(history),
        *_two_successors(history),
        *_accepted_after_its_end(history),
        *_accepted_of_a_disabled_client(history),
        *_accepted_under_a_revoked_key(history),
        *_live_and_refused(history, keys),
        *_not_verifiable(history, keys),
        *_fell_open(history),
        *_ended_without_their_event(history, stored),
    ]


def _spent_twice(history: Operations) -> Iterator[str]:
    times: defaultdict[str, int] = defaultdict(int)
    for one in history.ok("redeem"):
        times[one.facts["code"]] += 1
    if twice := sum(number > 1 for number in times.values()):
        yield f"I1: {twice} codes gave tokens more than once"


def _two_successors(history: Operations) -> Iterator[str]:
    successors: defaultdict[str, set[str]] = defaultdict(set)
    for one in history.ok("refresh"):
        successors[one.facts["token"]].add(one.facts["answer"]["refresh_token"])
    if several := sum(len(found) > 1 for found in successors.values()):
        yield f"I2: {several} generations have several successors"


def _accepted_after_its_end(history: Operations) -> Iterator[str]:
    ended = {one.facts["gid"]: one for one in history.ok(*_INVARIANT) if one.facts["gid"]}
    for use in history.ok(*_USES):
        end = ended.get(use.facts.get("gid", ""))
        if end is not None and use.invoked_at > end.ended_at + BOUND:
            late = use.invoked_at - end.ended_at
            yield f"{_INVARIANT[end.kind]}: {use.kind} was accepted {late:.1f} s after {end.kind}"
    left = {one.facts["person"]: one for one in history.ok("logout")}
    for use in history.ok("silent", "code"):
        out = left.get(use.facts["person"])
        if out is not None and use.invoked_at > out.ended_at + BOUND:
            yield "I3: a session gave a code after it was signed out"


def _accepted_of_a_disabled_client(history: Operations) -> Iterator[str]:
    changes = [one for one in history.all if one.kind in {"disable", "enable"}]
    for off, on in pairwise([*changes, None]):
        if off is None or off.kind != "disable" or off.outcome != "ok":
            continue
        until = float("inf") if on is None else on.invoked_at
        for use in history.ok(*_USES, "code"):
            is_late = off.ended_at + BOUND < use.invoked_at and use.ended_at < until
            if use.facts["rp"] == REFUSABLE and is_late:
                yield f"I3: {use.kind} of a disabled client was accepted"


def _accepted_under_a_revoked_key(history: Operations) -> Iterator[str]:
    revoked = {one.facts["kid"]: one.ended_at for one in history.ok("key revoked") if one.facts.get("kid")}
    for use in history.ok("userinfo", "introspect"):
        at = revoked.get(use.facts["kid"])
        if at is not None and use.invoked_at > at + BOUND:
            yield f"I3: {use.kind} took a token of a revoked key"


def _live_and_refused(history: Operations, keys: Keys) -> Iterator[str]:
    """What was acknowledged, and ended by nobody, opens."""
    ends = [one for one in history.all if one.kind in _INVARIANT]
    of_grant = {one.facts["gid"]: one.invoked_at for one in ends if one.facts["gid"]}
    of_person = {one.facts["person"]: one.invoked_at for one in ends if one.kind == "logout"}
    for use in history.all:
        if use.kind not in {"refresh", "userinfo", "introspect"} or use.outcome != "fail":
            continue
        facts = use.facts
        is_refused = facts["status"] in _REFUSED or facts.get("error") == "inactive"
        is_ended = min(of_grant.get(facts["gid"], float("inf")), of_person.get(facts["person"], float("inf")))
        is_known = facts["rp"] == REFUSABLE or facts.get("kid") in keys.revoked or is_ended < use.ended_at
        if is_refused and not is_known:
            yield f"I4: {use.kind} of a live grant was refused: {facts.get('error')}"


def _not_verifiable(history: Operations, keys: Keys) -> Iterator[str]:
    tokens = {
        one.facts["answer"][name]
        for one in history.ok("redeem", "refresh")
        for name in ("id_token", "access_token")
        if name in one.facts["answer"]
    }
    now = time.time()
    alive = [one for one in tokens if claims_of(one)["exp"] > now and kid_of(one) not in keys.revoked]
    for which, published in enumerate(keys.published):
        key_set = KeySet.import_key_set(published)  # type: ignore[arg-type]  # a wider dict type
        if wrong := sum(not _verifies(one, key_set) for one in alive):
            yield f"I6: {wrong} of {len(alive)} unexpired tokens do not verify at node {which}"
    if unknown := {kid_of(one) for one in tokens} - keys.seen:
        yield f"I6: {len(unknown)} keys signed that were never seen published"


def _verifies(token: str, keys: KeySet) -> bool:
    try:
        jwt.decode(token, keys, algorithms=["ES256"])
    except (JoseError, ValueError):
        return False
    return True


def _fell_open(history: Operations) -> Iterator[str]:
    if any(one.facts.get("is_hostile") for one in history.ok("redeem")):
        yield "I8: a code was redeemed with a wrong verifier"
    if history.ok("guess"):
        yield "I8: a wrong secret opened"
    away = history.ok("database away")
    judged = [one for one in history.all if one.kind == "guess" and one.facts.get("status") == 401]
    if uncounted := sum(any(_within(guess, time_) for time_ in away) for guess in judged):
        yield f"I8: {uncounted} guesses were judged while nothing could count them"


def _within(one: Operation, other: Operation) -> bool:
    return other.invoked_at < one.invoked_at and one.ended_at < other.ended_at


def _ended_without_their_event(history: Operations, stored: Stored) -> Iterator[str]:
    revoked = [
        str(record.event.payload["gid"])
        for record in stored.events(EventType.TOKEN_REVOKED)
        if record.event.payload["kind"] == "refresh_token"
    ]
    rows = {row.gid for row in stored.grants if row.revoke_reason == "revoked by the client"}
    if len(revoked) != len(set(revoked)) or set(revoked) != rows:
        yield "I5: the grants that were revoked are not those of the record"
    if lost := sum(one.facts["gid"] not in rows for one in history.ok("revoke")):
        yield f"I4: {lost} revocations were acknowledged and lost"
    reused = {row.gid for row in stored.grants if row.revoke_reason == "refresh token reused"}
    if alive := sum(one.facts["gid"] not in reused for one in history.ok("reuse")):
        yield f"I2: {alive} families live on after a reuse"
    ended = [record.event.subject_ref for record in stored.events(EventType.SESSION_ENDED)]
    for one in history.ok("logout"):
        if (times := ended.count(f"person:{one.facts['person']}")) != 1:
            yield f"I5: a sign-out has {times} events"
