"""`/sign-in/otp`: the second factor (PAGES 3.1.4), RFC 6238. Counting, checking, spending the step: one transaction."""

from functools import partial

from idp.audit.occasion import Occasion
from idp.citizen import second_step
from idp.citizen.interaction import Opened, open_here, posted
from idp.citizen.local_proof import Proved
from idp.citizen.local_session import SignedIn, beginning, counted, signed_in, signing_in
from idp.citizen.recovery_code import takes_recovery_codes
from idp.citizen.second_step import Failed, NoProof, SecondStep, has_proof
from idp.credentials.totp import DIGITS, totp_step
from idp.credentials.typed_code import read_digits
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.metrics import SignInMethod
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error

AMR = ("pwd", "otp")


async def show(call: Call) -> Answer:
    """Show the form, if a password was proved in this interaction."""
    opened = await open_here(call)
    if not await has_proof(call, opened):
        return opened.to_sign_in
    return _form(call, opened)


async def check(call: Call) -> Answer:
    """Check the code and begin the session."""
    opened = await open_here(call)
    code = read_digits(posted(call).get("otp", ""), DIGITS)
    if code is None:
        return _form(call, opened, one_error("otp_incomplete", at="otp"))
    occasion = call.occasion()
    settle = partial(_settle, interaction_id=opened.interaction_id, code=code, occasion=occasion)
    begins = beginning(call, opened, settle, occasion)
    result = counted(SignInMethod.OTP, await call.provider.database.transact(begins))
    if isinstance(result, SignedIn):
        return signed_in(call, opened, result.begun)
    form = partial(_form, call, opened)
    return second_step.answer_to_failure(
        opened, result, form, wrong="otp_wrong", field="otp", now=occasion.now
    )


def _form(call: Call, opened: Opened, errors: ErrorSummary | None = None) -> Answer:
    return page(
        call,
        "otp.html",
        form_action=opened.form_action,
        rp=opened.relying_party,
        i=opened.interaction_id,
        recovers=takes_recovery_codes(signing_in(call, opened)),
        errors=errors,
    )


def _settle(tx: Tx, *, interaction_id: str, code: str, occasion: Occasion) -> Proved | Done[Failed]:
    step = second_step.reserve(tx, interaction_id, occasion)
    if not isinstance(step, SecondStep):
        return Done(step)
    credential = tx.totp.get(step.record_id)
    if credential is None or not credential.confirmed:  # then the record that stands for it has the factor
        credential = tx.totp.get(step.person_id)
    found = (
        None
        if credential is None
        else totp_step(credential.secret, code, now=occasion.now, last_step=credential.last_step)
    )
    if credential is None or found is None or not tx.totp.spend_step(credential.person_id, found):
        return Done(second_step.refuse(tx, step, step.record_id, factor="otp", occasion=occasion))
    if not second_step.spend(tx, step, interaction_id, occasion):
        return Done(NoProof())
    return Proved(person_id=step.record_id, amr=AMR, bound_acr=credential.bound_acr)
