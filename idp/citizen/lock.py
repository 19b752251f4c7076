"""`/lock`: people lock their own account, signed in or by a recovery code (PAGES §3.1.22; journey 10).

No fresh sign-in is asked for, since locking must be easy. A name alone never locks: a code is asked beside it, which
counts on the account's one counter and is spent, and for a name that is nobody's the same is looked up, counted and
written as for somebody's (SECURITY E11, E16).
"""

from dataclasses import dataclass
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.guard import refuse_unless_shown_to
from idp.citizen.interaction import posted
from idp.citizen.named_account import LONGEST, find_named
from idp.citizen.slowed import slowed
from idp.credentials.recovery_code import read_code
from idp.credentials.reservation import Slowed
from idp.credentials.typed_code import has_marks
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.edge.cookie_names import session_cookie_name
from idp.edge.page import page
from idp.edge.signing_out import left_behind
from idp.ids import NOBODY, PersonId
from idp.life_events.service import Locked, lock_own
from idp.limits.model import Counted, Limit, address_key
from idp.limits.service import Counter
from idp.name_fold import to_nfc
from idp.people.model import PersonStatus
from idp.protocol.facts import Realm
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, FieldError, one_error

HOME = "/lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrong:
    """Nothing was locked: no such account, no such code, or one that was used. Which is not told."""

    counted: Counted


async def show(call: Call) -> Answer:
    """Show the three ways, and what each needs."""
    return await _form(call)


async def by_session(call: Call) -> Answer:
    """Lock the account of whoever is signed in here, by a session of any level; whoever pressed twice is told why not."""
    work = partial(_lock_here, call=call, form=posted(call), occasion=call.occasion())
    done = (await call.provider.database.transact(work)).unwrap()
    return await _form(call, was_sent=True) if done is None else locked(call, done)


async def by_code(call: Call) -> Answer:
    """Lock the account of a name whose recovery code is given with it."""
    form = posted(call)
    username, typed = to_nfc(form.get("username", "")), form.get("recovery-code", "")
    code = read_code(typed)
    errors = [] if username else [FieldError(key="username_empty", field="username")]
    if code is None:
        key = "code_marked" if has_marks(typed) else "recovery_incomplete"
        errors.append(FieldError(key=key, field="recovery-code"))
    if code is None or errors:
        return await _form(call, errors=ErrorSummary(tuple(errors)), username=username)
    if len(username) > LONGEST:
        return await _form(call, errors=one_error("lock_wrong"))
    occasion, counter = call.occasion(), (Limit.SIGN_IN, address_key(call.peer))
    call.provider.limits.check(counter, now=occasion.now)
    work = partial(_lock_named, username=username, code=code, counter=counter, occasion=occasion)
    match (await call.provider.database.transact(work)).unwrap():
        case Slowed() as attempt:
            return await _form(call, errors=slowed(attempt, occasion.now), username=username)
        case _Wrong(counted=counted):
            call.provider.limits.learn(counter, counted)
            return await _form(call, errors=one_error("lock_wrong"), username=username)
        case Locked() as done:
            return _said(call, done)


def locked(call: Call, done: Locked) -> Answer:
    """Return the page that says it is done, and leave nothing of the session in this browser."""
    return left_behind(call, _said(call, done))


def _said(call: Call, done: Locked) -> Answer:
    return page(call, "account_locked.html", case=done.case, others_act=done.others_act, path="/unlock")


async def _form(
    call: Call, *, errors: ErrorSummary | None = None, username: str = "", was_sent: bool = False
) -> Answer:
    here = await call.provider.database.read(partial(_signed_in, call=call, occasion=call.occasion()))
    return page(
        call,
        "lock.html",
        shown_to=here or "",
        is_signed_in=here is not None,
        hotline=call.provider.settings.hotline,
        username=username,
        was_sent=was_sent,
        errors=errors,
        path=HOME,
    )


def _cookie(call: Call) -> str | None:
    return call.cookies().get(session_cookie_name(call.provider.settings, Realm.CITIZEN))


def _signed_in(tx: Tx, *, call: Call, occasion: Occasion) -> PersonId | None:
    """Return who is signed in here, by a session of any level."""
    cookie, life = _cookie(call), call.provider.settings.life
    session = tx.sessions.find(cookie) if cookie else None
    if session is None or not session.is_live(occasion.now, life):
        return None
    return tx.people.standing_id(session.person_id)


def _lock_here(
    tx: Tx, *, call: Call, form: dict[str, str], occasion: Occasion
) -> Done[Locked | None] | Refused:
    person_id = _signed_in(tx, call=call, occasion=occasion)
    if person_id is None:
        return Done(None)
    return refuse_unless_shown_to(call, form, person_id) or Done(
        lock_own(tx, person_id, "signed in", occasion=occasion)
    )


def _lock_named(
    tx: Tx, *, username: str, code: str, counter: Counter, occasion: Occasion
) -> Done[Locked | Slowed | _Wrong]:
    """Count the attempt, then spend the code; whoever is known and brings a wrong one is put on record."""
    holder, counted_as = find_named(tx, username)
    person_id = holder.person_id if holder else NOBODY
    tx.people.lock(person_id)  # before the attempts, as a sign-in does: else each might wait for the other
    attempt = tx.attempts.reserve(counted_as, occasion.now)
    if isinstance(attempt, Slowed):
        return Done(attempt)
    spent = tx.recovery_codes.spend(person_id, code, occasion.now)
    is_living = holder is not None and holder.status is not PersonStatus.DECEASED
    if spent is None or not is_living:
        tx.audit.add(
            occasion.sign_in_refused(person_id, reason="wrong code", factor="recovery"),
            rehearse=holder is None,
        )
        return Done(_Wrong(counted=tx.limits.count(*counter, occasion.now)))
    tx.attempts.settle(counted_as)
    left = tx.recovery_codes.state(person_id).left
    event = EventType.RECOVERY_CODE_USED
    tx.audit.add(occasion.event(event, actor=person_ref(person_id), person_id=person_id, left=left))
    return Done(lock_own(tx, person_id, "recovery code", occasion=occasion))
