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

from idp import metrics
from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.interaction import Opened, open_here, posted, session_cookie
from idp.citizen.local_session import SigningIn, local_proof, signed_in, signing_in
from idp.citizen.password import slowed
from idp.credentials.model import QUICK_TRIES
from idp.credentials.recovery_code import CODE_BYTES, read_code, write_code
from idp.credentials.reservation import Slowed
from idp.credentials.service import replace_recovery_code, use_recovery_code
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.ids import PersonId
from idp.metrics import SignInMethod, SignInOutcome
from idp.protocol.errors import InvalidRequest, ToPage, refusing
from idp.protocol.facts import Realm
from idp.sessions.service import Begun, start_session
from idp.settings import Lifetimes
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error
from keys.envelope import Unsealable

AMR = ("pwd", "recovery")
_SEALED = "recovery code to keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Used:
    """A code that opened a session."""

    begun: Begun = field(repr=False)
    owner: PersonId
    digest: bytes = field(repr=False)
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrong:
    tries_left: int


class _NoProof:
    """No password was proved in this interaction, or too long ago."""


def takes_recovery_codes(purpose: SigningIn) -> bool:
    """Tell whether a recovery code could do for this sign-in at all."""
    return purpose.realm is Realm.CITIZEN and not purpose.counts_only_so


async def show(call: Call) -> Answer:
    """Show the form, if a password was proved in this interaction."""
    opened = await open_here(call)
    now = call.provider.clock.now()

    def has_proof(tx: Tx) -> bool:
        return tx.interactions.password_proof(opened.interaction_id, now) is not None

    if not takes_recovery_codes(signing_in(call, opened)) or not await call.provider.database.read(has_proof):
        return Answer.redirect(f"/sign-in?i={opened.interaction_id}")
    return _form(call, opened)


async def check(call: Call) -> Answer:
    """Check the code, begin the session, show the code to keep in its place."""
    opened = await open_here(call)
    code = read_code(posted(call).get("recovery-code", ""))
    purpose = signing_in(call, opened)
    if not takes_recovery_codes(purpose):
        return Answer.redirect(f"/sign-in?i={opened.interaction_id}")
    if code is None:
        return _form(call, opened, one_error("recovery_incomplete", at="recovery-code"))
    occasion = call.occasion()
    outcome = await call.provider.database.transact(
        partial(
            _settle,
            interaction_id=opened.interaction_id,
            code=code,
            cookie=session_cookie(call, opened),
            purpose=purpose,
            life=call.provider.settings.life,
            occasion=occasion,
        )
    )
    metrics.SIGN_INS.add(SignInMethod.RECOVERY_CODE, _outcome(outcome))
    result = outcome.unwrap()
    match result:
        case _NoProof():
            return Answer.redirect(f"/sign-in?i={opened.interaction_id}")
        case Slowed():
            return _form(call, opened, slowed(result, occasion.now))
        case _Wrong(tries_left=left):
            return _form(call, opened, one_error("recovery_wrong", at="recovery-code", n=left))
        case _Used():
            return _used(call, opened, result, occasion.now)


async def keep(call: Call) -> Answer:
    """Let the code that was shown count from now on, and go on."""
    opened = await open_here(call)
    form, occasion = posted(call), call.occasion()
    owner, spent, code, made_at = _open(call, form.get("kept", ""))
    is_over = occasion.now - made_at > call.provider.settings.life.interaction
    if is_over or call.provider.configuration.is_of_before(made_at):
        return Answer.redirect(f"/authorize/resume?i={opened.interaction_id}")
    cookie = session_cookie(call, opened)

    def replace(tx: Tx) -> Done[None]:
        session = tx.sessions.find(cookie) if cookie else None
        if session is not None and session.person_id == tx.people.standing_id(owner):
            replace_recovery_code(tx, owner, spent, code, occasion=occasion)
        return Done(None)

    (await call.provider.database.transact(replace)).unwrap()
    return Answer.redirect(f"/authorize/resume?i={opened.interaction_id}")


def _outcome(settled: Done[_Used | _Wrong | _NoProof | Slowed] | Refused) -> SignInOutcome:
    match settled:
        case Done(value=Slowed()):
            return SignInOutcome.SLOWED
        case Done(value=_Used()):
            return SignInOutcome.SIGNED_IN
        case _:
            return SignInOutcome.REFUSED


def _settle(
    tx: Tx,
    *,
    interaction_id: str,
    code: str,
    cookie: str | None,
    purpose: SigningIn,
    life: Lifetimes,
    occasion: Occasion,
) -> Done[_Used | _Wrong | _NoProof | Slowed] | Refused:
    proof = tx.interactions.password_proof(interaction_id, occasion.now)
    if proof is None:
        return Done(_NoProof())
    person_id = tx.people.standing_id(proof.person_id)
    attempt = tx.attempts.reserve(person_id, occasion.now)
    if isinstance(attempt, Slowed):
        return Done(attempt)
    spent = use_recovery_code(tx, person_id, code, occasion=occasion)
    if spent is None:
        tx.audit.add(
            occasion.event(
                EventType.SIGN_IN_REFUSED,
                actor=person_ref(person_id),
                person_id=person_id,
                reason="wrong code",
                factor="recovery",
            )
        )
        return Done(_Wrong(tries_left=max(0, QUICK_TRIES - attempt.failures)))
    if tx.interactions.spend_password_proof(interaction_id, occasion.now) is None:
        return Done(_NoProof())
    tx.attempts.settle(person_id)
    proved = local_proof(tx, proof.person_id, AMR, purpose=purpose, occasion=occasion)
    if isinstance(proved, Refused):
        return proved
    begun = start_session(
        tx,
        proved,
        cookie=cookie,
        arrival=purpose.arrival,
        life=life,
        occasion=occasion,
        realm=purpose.realm,
    )
    if isinstance(begun, Refused):
        return begun
    left = tx.recovery_codes.state(person_id).left
    return Done(_Used(begun=begun.value, owner=person_id, digest=spent, left=left))


def _form(call: Call, opened: Opened, errors: ErrorSummary | None = None) -> Answer:
    return page(
        call,
        "recovery.html",
        form_action=(opened.form_action,),
        rp=opened.relying_party,
        i=opened.interaction_id,
        errors=errors,
    )


def _used(call: Call, opened: Opened, used: _Used, now: datetime) -> Answer:
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
        form_action=(opened.form_action,),
        rp=opened.relying_party,
        i=opened.interaction_id,
        kept=call.provider.vault.seal_compact(json.dumps(content), purpose=_SEALED),
        code=code,
        left=used.left,
    )
    going_on = signed_in(call, opened, used.begun)
    return shown.with_headers(*(header for header in going_on.headers if header[0] == "set-cookie"))


def _open(call: Call, sealed: str) -> tuple[PersonId, bytes, str, datetime]:
    with refusing(ToPage(case="expired")):
        try:
            content = json.loads(call.provider.vault.open_compact(sealed, purpose=_SEALED))
        except Unsealable as error:
            raise InvalidRequest("the form is not ours") from error
    made_at = datetime.fromtimestamp(content["made_at"], UTC)
    return PersonId(content["owner"]), bytes.fromhex(content["spent"]), str(content["code"]), made_at
