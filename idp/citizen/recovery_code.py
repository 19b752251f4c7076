"""`/sign-in/recovery`: a recovery code in the place of the second factor (SP 800-63B-4 §4.2.1.1; SECURITY E11, E14).

It counts on the account's one counter, is spent by one statement together with the attempt, and opens a session of
level low (adr/0043). A new code is shown at once, and takes the place of the used one when the person says it is
written down. Officials' services, and those that take city credentials in the national system's place alone, do not
take it.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from idp.audit.occasion import Occasion
from idp.citizen import second_step
from idp.citizen.interaction import Opened, open_here, posted, session_cookie
from idp.citizen.local_proof import Proved, SigningIn
from idp.citizen.local_session import SignedIn, beginning, counted, signed_in, signing_in
from idp.citizen.second_step import Failed, NoProof, SecondStep, has_proof
from idp.credentials.recovery_code import CODE_BYTES, read_code, write_code
from idp.credentials.service import replace_recovery_code, use_recovery_code
from idp.credentials.typed_code import has_marks
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.ids import PersonId
from idp.metrics import SignInMethod
from idp.protocol.errors import InvalidRequest, ToPage, refusing
from idp.protocol.facts import Realm
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error
from keys.envelope import Unsealable

AMR = ("pwd", "recovery")
_SEALED = "recovery code to keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Used(Proved):
    """A code that was spent."""

    owner: PersonId
    digest: bytes = field(repr=False)
    left: int


def takes_recovery_codes(purpose: SigningIn) -> bool:
    """Tell whether a recovery code could do for this sign-in at all."""
    return purpose.realm is Realm.CITIZEN and not purpose.counts_only_so


async def show(call: Call) -> Answer:
    """Show the form, if a password was proved in this interaction."""
    opened = await open_here(call)
    if not takes_recovery_codes(signing_in(call, opened)) or not await has_proof(call, opened):
        return opened.to_sign_in
    return _form(call, opened)


async def check(call: Call) -> Answer:
    """Check the code, begin the session, show the code to keep in its place."""
    opened = await open_here(call)
    typed = posted(call).get("recovery-code", "")
    code = read_code(typed)
    if not takes_recovery_codes(signing_in(call, opened)):
        return opened.to_sign_in
    if code is None:
        key = "code_marked" if has_marks(typed) else "recovery_incomplete"
        return _form(call, opened, one_error(key, at="recovery-code"))
    occasion = call.occasion()
    settle = partial(_settle, interaction_id=opened.interaction_id, code=code, occasion=occasion)
    begins = beginning(call, opened, settle, occasion)
    result = counted(SignInMethod.RECOVERY_CODE, await call.provider.database.transact(begins))
    if isinstance(result, SignedIn):
        return _shown(call, opened, result, occasion.now)
    form = partial(_form, call, opened)
    return second_step.answer_to_failure(
        opened, result, form, wrong="recovery_wrong", field="recovery-code", now=occasion.now
    )


async def keep(call: Call) -> Answer:
    """Let the code that was shown count from now on, and go on."""
    opened = await open_here(call)
    form, occasion = posted(call), call.occasion()
    owner, spent, code, made_at = _open(call, form.get("kept", ""))
    is_over = occasion.now - made_at > call.provider.settings.life.interaction
    if is_over or call.provider.configuration.is_of_before(made_at):
        return opened.to_resume
    cookie = session_cookie(call, opened)

    def replace(tx: Tx) -> Done[None]:
        session = tx.sessions.find(cookie) if cookie else None
        if session is not None and session.person_id == tx.people.standing_id(owner):
            replace_recovery_code(tx, owner, spent, code, occasion=occasion)
        return Done(None)

    (await call.provider.database.transact(replace)).unwrap()
    return opened.to_resume


def _settle(tx: Tx, *, interaction_id: str, code: str, occasion: Occasion) -> _Used | Done[Failed]:
    step = second_step.reserve(tx, interaction_id, occasion)
    if not isinstance(step, SecondStep):
        return Done(step)
    spent = use_recovery_code(tx, step.person_id, code, occasion=occasion)
    if spent is None:
        return Done(second_step.refuse(tx, step, step.person_id, factor="recovery", occasion=occasion))
    if not second_step.spend(tx, step, interaction_id, occasion):
        return Done(NoProof())
    left = tx.recovery_codes.state(step.person_id).left
    return _Used(person_id=step.record_id, amr=AMR, owner=step.person_id, digest=spent, left=left)


def _form(call: Call, opened: Opened, errors: ErrorSummary | None = None) -> Answer:
    return page(
        call,
        "recovery.html",
        form_action=opened.form_action,
        rp=opened.relying_party,
        i=opened.interaction_id,
        errors=errors,
    )


def _shown(call: Call, opened: Opened, signed: SignedIn[_Used], now: datetime) -> Answer:
    used = signed.proved
    code = write_code(call.provider.clock.random_bytes(CODE_BYTES))
    content = {
        "owner": used.owner,
        "spent": used.digest.hex(),
        "code": read_code(code),
        "made_at": int(now.timestamp()),
    }
    shown = page(
        call,
        "recovery_used.html",
        form_action=opened.form_action,
        rp=opened.relying_party,
        i=opened.interaction_id,
        kept=call.provider.vault.seal_compact(json.dumps(content), purpose=_SEALED),
        code=code,
        left=used.left,
    )
    going_on = signed_in(call, opened, signed.begun)
    return shown.with_headers(*(header for header in going_on.headers if header[0] == "set-cookie"))


def _open(call: Call, sealed: str) -> tuple[PersonId, bytes, str, datetime]:
    with refusing(ToPage(case="expired")):
        try:
            content = json.loads(call.provider.vault.open_compact(sealed, purpose=_SEALED))
        except Unsealable as error:
            raise InvalidRequest("the form is not ours") from error
    made_at = datetime.fromtimestamp(content["made_at"], UTC)
    return PersonId(content["owner"]), bytes.fromhex(content["spent"]), str(content["code"]), made_at
