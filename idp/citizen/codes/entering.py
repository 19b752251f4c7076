"""`/sign-in/code/enter`: the code that was sent (PAGES 3.1.4; SP 800-63B-4 §3.2.2; SECURITY E10, E11).

A try counts on the account's one counter and on the code before it is looked at; five end the code. A right one takes
back its own try and forgives none else: a mailbox must not buy guesses at a password. It is spent by one statement and
opens a session of level low, if the address still opens the account by then.

Trying and spending are two transactions. Who tries holds the counter, and no person's row, which would take longer for
somebody than for nobody (E16); who spends holds that row, as whoever changes the account, and no counter: no circle.
"""

import hmac
from dataclasses import dataclass, replace
from functools import partial

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import Occasion
from idp.citizen.codes.offering import code_channels, opening
from idp.citizen.codes.pages import HERE, address_page, code_page
from idp.citizen.interaction import Opened, open_here, posted
from idp.citizen.local_proof import Proved
from idp.citizen.local_session import SignedIn, beginning, counted, signed_in
from idp.citizen.slowed import slowed
from idp.credentials.reservation import Slowed
from idp.credentials.sign_in_code import AMR, SignInCode, code_material
from idp.credentials.typed_code import read_digits
from idp.database import Done
from idp.edge import Answer, Call
from idp.ids import NOBODY
from idp.limits.model import Counted, Limit, address_key
from idp.limits.service import Counter
from idp.messages.model.codes import CODE_DIGITS, MOST_CODE_TRIES
from idp.metrics import SignInMethod
from idp.transaction import Tx
from idp.ui.errors import one_error
from keys.envelope import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrong:
    """A try that opened nothing, and where the counter of the network stands."""

    tries_left: int
    counted: Counted


class _Over:
    """There is no code any more: too old, tried too often, used, or replaced by another."""


_Told = SignedIn[Proved] | _Wrong | _Over | Slowed


async def show(call: Call) -> Answer:
    """Show the form, if a code was asked for in this interaction."""
    opened = await open_here(call)
    code = await _latest(call, opened)
    if code is None:
        return Answer.redirect(f"{HERE}?i={opened.interaction_id}")
    is_new = dict(call.query()).get("d") == "again" and not code.is_over(call.provider.clock.now())
    return code_page(call, opened, code, notice="code_again" if is_new else None)


async def check(call: Call) -> Answer:
    """Check the code and begin the session."""
    opened = await open_here(call)
    typed = read_digits(posted(call).get("otp", ""), CODE_DIGITS)
    code, channels = await _latest(call, opened), code_channels(call, opened)
    if not channels:
        return Answer.redirect(f"{HERE}?i={opened.interaction_id}")
    if code is None or code.channel not in channels:
        return address_page(call, opened, channels, errors=one_error("sign_in_code_gone"))
    if code.is_over(call.provider.clock.now()):
        return code_page(call, opened, code)
    if typed is None:
        return code_page(call, opened, code, errors=one_error("otp_incomplete", at="otp"))
    provider, occasion, counter = call.provider, call.occasion(), (Limit.SIGN_IN, address_key(call.peer))
    provider.limits.check(counter, now=occasion.now)
    work = partial(
        _try,
        interaction_id=opened.interaction_id,
        typed=typed,
        counter=counter,
        vault=provider.vault,
        occasion=occasion,
    )
    tried = (await provider.database.transact(work)).unwrap()
    if not isinstance(tried, SignInCode):
        return _tell(call, opened, code, counted(SignInMethod.SENT_CODE, Done(tried)))
    settle = partial(_spend, right=tried, occasion=occasion)
    begins = beginning(call, opened, settle, occasion)
    signed = counted(SignInMethod.SENT_CODE, await call.provider.database.transact(begins))
    return _tell(call, opened, code, signed)


def _tell(call: Call, opened: Opened, code: SignInCode, result: _Told) -> Answer:
    """Say what came of a try, or go on with the session it opened."""
    match result:
        case Slowed():
            return code_page(call, opened, code, errors=slowed(result, call.provider.clock.now()))
        case _Over():
            return code_page(call, opened, replace(code, tries=MOST_CODE_TRIES))
        case _Wrong(tries_left=left, counted=counted):
            if code.person_id == NOBODY:
                call.count_refusal(EventType.SIGN_IN_REFUSED.value, client_id=opened.client.client_id)
            call.provider.limits.learn((Limit.SIGN_IN, address_key(call.peer)), counted)
            if left:
                return code_page(call, opened, code, errors=one_error("otp_wrong", at="otp", n=left))
            used_up = replace(code, tries=MOST_CODE_TRIES)
            return code_page(call, opened, used_up, errors=one_error("code_used_up", n=MOST_CODE_TRIES))
        case _:
            return signed_in(call, opened, result.begun)


async def _latest(call: Call, opened: Opened) -> SignInCode | None:
    return await call.provider.database.read(lambda tx: tx.sign_in_codes.latest(opened.interaction_id))


def _try(
    tx: Tx, *, interaction_id: str, typed: str, counter: Counter, vault: Vault, occasion: Occasion
) -> Done[SignInCode | _Wrong | _Over | Slowed]:
    """Count a try and look at it; a right one is no failure, and not used yet."""
    waiting = tx.sign_in_codes.find(interaction_id, occasion.now)
    if waiting is None:
        return Done(_Over())
    attempt = tx.attempts.reserve(waiting.account, occasion.now)
    if isinstance(attempt, Slowed):
        return Done(attempt)
    code = tx.sign_in_codes.reserve_try(interaction_id, occasion.now)
    if code is None:
        return Done(_Over())
    given = vault.digest(code_material(interaction_id, code.channel, code.address, typed))
    if not hmac.compare_digest(given, code.digest) or code.person_id == NOBODY:
        tx.audit.add(_refusal(code, occasion), rehearse=code.person_id == NOBODY)
        counted = tx.limits.count(*counter, occasion.now)
        return Done(_Wrong(tries_left=MOST_CODE_TRIES - code.tries, counted=counted))
    tx.attempts.give_back(code.account)  # this try alone: a sign-in between may have forgiven the ones before
    return Done(code)


def _spend(tx: Tx, *, right: SignInCode, occasion: Occasion) -> Proved | Done[_Over]:
    """Use a right code up, with nobody changing the account before this transaction ends."""
    tx.people.lock(tx.people.standing_id(right.person_id))
    if not tx.sign_in_codes.spend(right.interaction_id, right.digest):
        return Done(_Over())
    if not opening(tx, right.person_id, right.channel, right.address, occasion.now):
        return Done(_Over())
    return Proved(person_id=right.person_id, amr=AMR[right.channel])


def _refusal(code: SignInCode, occasion: Occasion) -> AuditEvent:
    return occasion.sign_in_refused(code.person_id, reason="wrong code", factor=AMR[code.channel][-1])
