"""`/sign-in/otp`: the second factor (PAGES 3.1.4), RFC 6238. Counting, checking, spending the step: one transaction."""

from dataclasses import dataclass
from functools import partial

from idp import metrics
from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.interaction import Opened, open_here, posted, session_cookie
from idp.citizen.local_session import SigningIn, local_proof, signed_in, signing_in
from idp.citizen.password import slowed
from idp.citizen.recovery import takes_recovery_codes
from idp.credentials.model import QUICK_TRIES
from idp.credentials.reservation import Slowed
from idp.credentials.totp import DIGITS, totp_step
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.metrics import SignInMethod, SignInOutcome
from idp.sessions.service import Begun, start_session
from idp.settings import Lifetimes
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrong:
    tries_left: int


class _NoProof:
    """No password was proved in this interaction, or too long ago."""


async def show(call: Call) -> Answer:
    """Show the form, if a password was proved in this interaction."""
    opened = await open_here(call)
    now = call.provider.clock.now()

    def has_proof(tx: Tx) -> bool:
        return tx.interactions.password_proof(opened.interaction_id, now) is not None

    if not await call.provider.database.read(has_proof):
        return Answer.redirect(f"/sign-in?i={opened.interaction_id}")
    return _form(call, opened)


async def check(call: Call) -> Answer:
    """Check the code and begin the session."""
    opened = await open_here(call)
    code = posted(call).get("otp", "").replace(" ", "")
    if len(code) != DIGITS or not (code.isascii() and code.isdecimal()):
        return _form(call, opened, one_error("otp_incomplete", at="otp"))
    occasion = call.occasion()
    outcome = await call.provider.database.transact(
        partial(
            _settle,
            interaction_id=opened.interaction_id,
            code=code,
            cookie=session_cookie(call, opened),
            purpose=signing_in(call, opened),
            life=call.provider.settings.life,
            occasion=occasion,
        )
    )
    metrics.SIGN_INS.add(SignInMethod.OTP, _outcome(outcome))
    result = outcome.unwrap()
    match result:
        case _NoProof():
            return Answer.redirect(f"/sign-in?i={opened.interaction_id}")
        case Slowed():
            return _form(call, opened, slowed(result, occasion.now))
        case _Wrong(tries_left=left):
            return _form(call, opened, one_error("otp_wrong", at="otp", n=left))
        case _:
            return signed_in(call, opened, result)


def _outcome(settled: Done[Begun | _Wrong | _NoProof | Slowed] | Refused) -> SignInOutcome:
    match settled:
        case Done(value=Slowed()):
            return SignInOutcome.SLOWED
        case Done(value=Begun()):
            return SignInOutcome.SIGNED_IN
        case _:
            return SignInOutcome.REFUSED


def _form(call: Call, opened: Opened, errors: ErrorSummary | None = None) -> Answer:
    return page(
        call,
        "otp.html",
        form_action=(opened.form_action,),
        rp=opened.relying_party,
        i=opened.interaction_id,
        recovers=takes_recovery_codes(signing_in(call, opened)),
        errors=errors,
    )


def _settle(
    tx: Tx,
    *,
    interaction_id: str,
    code: str,
    cookie: str | None,
    purpose: SigningIn,
    life: Lifetimes,
    occasion: Occasion,
) -> Done[Begun | _Wrong | _NoProof | Slowed] | Refused:
    proof = tx.interactions.password_proof(interaction_id, occasion.now)
    if proof is None:
        return Done(_NoProof())
    person_id = tx.people.standing_id(proof.person_id)
    attempt = tx.attempts.reserve(person_id, occasion.now)
    if isinstance(attempt, Slowed):
        return Done(attempt)
    credential = tx.totp.get(proof.person_id)
    if (
        credential is None or not credential.confirmed
    ):  # of a merged record: the one that stands has the factor
        credential = tx.totp.get(person_id)
    step = (
        None
        if credential is None
        else totp_step(credential.secret, code, now=occasion.now, last_step=credential.last_step)
    )
    if credential is None or step is None or not tx.totp.spend_step(credential.person_id, step):
        tx.audit.add(
            occasion.event(
                EventType.SIGN_IN_REFUSED,
                actor=person_ref(proof.person_id),
                person_id=proof.person_id,
                reason="wrong code",
                factor="otp",
            )
        )
        return Done(_Wrong(tries_left=max(0, QUICK_TRIES - attempt.failures)))
    if tx.interactions.spend_password_proof(interaction_id, occasion.now) is None:
        return Done(_NoProof())
    tx.attempts.settle(person_id)
    proved = local_proof(tx, proof.person_id, ("pwd", "otp"), purpose=purpose, occasion=occasion)
    if isinstance(proved, Refused):
        return proved
    return start_session(
        tx,
        proved,
        cookie=cookie,
        arrival=purpose.arrival,
        life=life,
        occasion=occasion,
        realm=purpose.realm,
    )
