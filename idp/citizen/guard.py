"""Who may open the account's pages and change it: one question, asked when a page is opened and again by every write.

What was found before a form was read may be over by the time it is written: the session ended, the account locked, merged
or recovered. So the same question stands at the beginning of the transaction that writes, with the person's row held:
whoever ends, locks or recovers comes before it and is seen, or waits for it (adr/0048; SECURITY B10).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from idp.citizen.high_risk import is_high_risk
from idp.database import Refused
from idp.edge import Call
from idp.edge.account import deciding
from idp.edge.csrf import is_shown_to
from idp.ids import PersonId
from idp.interactions.service import Decision
from idp.people.model import Person
from idp.protocol.errors import AccessDenied, Refusal, ToPage
from idp.protocol.next_step import SignIn
from idp.recovery.service import held_until
from idp.sessions.model import Session
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Who was found at the door."""

    session: Session | None = field(repr=False)
    """None: a sign-in is missing."""
    person: Person | None = field(repr=False)
    held_until: datetime | None
    """Until when what is asked for is held back; None: it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What one page of the account asks of who opens it."""

    decide: Callable[[Tx], Decision] = field(repr=False)
    is_high_risk: bool
    now: datetime

    def find(self, tx: Tx, *, locked: PersonId | None = None) -> Found:
        """Look who is there; `locked`: nobody ends their sessions, locks or recovers them before this one is done."""
        if locked is not None:
            # first and alone: a statement that waits would read sessions as they were before
            tx.people.lock(locked)
        decision = self.decide(tx)
        session = None if isinstance(decision.step, SignIn) else decision.session
        person = None if session is None else tx.people.canonical(session.person_id)
        until = None
        if person is not None and self.is_high_risk:
            until = held_until(tx, person.person_id, self.now)
        return Found(session=session, person=person, held_until=until)


def guard_of(call: Call, *, fresh: bool) -> Guard:
    """Return the guard of what is called; only what asks for a fresh sign-in is ever held back."""
    return Guard(
        decide=deciding(call, fresh=fresh),
        is_high_risk=fresh and is_high_risk(call),
        now=call.provider.clock.now(),
    )


def refuse_unless(found: Found, *, person_id: PersonId, session_id: str) -> Refused | None:
    """Return the refusal of a write by who is there no more, or is held back by now; None: it may be done."""
    session, person = found.session, found.person
    if session is None or person is None or found.held_until is not None:
        return _gone()
    is_same = (person.person_id, session.session_id) == (person_id, session_id)
    return None if is_same else _gone()


def refuse_unless_shown_to(call: Call, form: dict[str, str], person_id: PersonId) -> Refused | None:
    """Return the refusal of a form of a page that was shown to another person than it would count for (SECURITY A08)."""
    return None if is_shown_to(call, form, person_id) else _gone("the page was shown to somebody else")


def _gone(detail: str = "signed out, locked, merged or recovered meanwhile") -> Refused:
    error = AccessDenied("nothing was changed", detail=detail)
    return Refused(Refusal(error, ToPage(case="account-over", status=403)))
