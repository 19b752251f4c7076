"""`/sign-in/passkey`: one step, two factors (PAGES 3.1.5); WebAuthn Level 3 §7.2, SECURITY E15.

Nobody is named before the answer, so nothing tells whether an account exists. What leaves no trace of anybody is
counted, what was somebody's is on record; challenge, counter and session are one transaction.
"""

import logging
from dataclasses import dataclass
from functools import partial

from idp import metrics
from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.interaction import Opened, open_here, posted
from idp.citizen.local_proof import Proved
from idp.citizen.local_session import beginning, counted, signed_in
from idp.citizen.passkeys.asking import ask_to_sign_in, asked_challenge, may_use_passkey, relying_party_id
from idp.credentials.challenge import Ceremony, Challenge, ChallengeRefused
from idp.credentials.model import Passkey
from idp.credentials.passkey import Asserted, PasskeyRefused, check_assertion, read_assertion
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.device import public_minutes
from idp.edge.page import page
from idp.limits.model import Counted, Limit, address_key
from idp.limits.service import Counter
from idp.log import fields
from idp.metrics import SignInMethod, SignInOutcome
from idp.protocol.assurance import passkey_amr
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error

_log = logging.getLogger("hpid.sign-in")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    """An answer that was found right, but for what only one transaction can tell."""

    challenge: Challenge
    passkey: Passkey
    proved: Asserted


async def show(call: Call) -> Answer:
    """Say what the device will ask, before it asks."""
    opened = await open_here(call)
    if not may_use_passkey(call, opened):
        return opened.to_sign_in
    return _form(call, opened)


async def check(call: Call) -> Answer:
    """Check the answer and begin the session."""
    opened = await open_here(call)
    form = posted(call)
    if not may_use_passkey(call, opened):
        return opened.to_sign_in
    failed = one_error("passkey_failed")
    if not form.get("credential"):  # cancelled, or there is none: the browser never tells which
        return _form(call, opened, failed)
    provider, occasion, counter = call.provider, call.occasion(), (Limit.SIGN_IN, address_key(call.peer))
    provider.limits.check(counter, now=occasion.now)
    passkey: Passkey | None = None
    try:
        challenge = asked_challenge(call, form.get("challenge", ""), Ceremony.SIGN_IN, opened.interaction_id)
        passkey = await _named(call, form["credential"])
        proved = check_assertion(
            form["credential"], challenge=challenge, rp=relying_party_id(call), passkey=passkey
        )
    except (ChallengeRefused, PasskeyRefused) as refused:
        await _refuse(call, opened, passkey, counter, refused)
        return _form(call, opened, failed)
    answered = _Answered(challenge=challenge, passkey=passkey, proved=proved)
    settle = partial(_settle, answered=answered, occasion=occasion)
    begins = beginning(call, opened, settle, occasion)
    signed = counted(SignInMethod.PASSKEY, await call.provider.database.transact(begins))
    return _form(call, opened, failed) if signed is None else signed_in(call, opened, signed.begun)


async def _named(call: Call, unverified_answer: str) -> Passkey:
    named = read_assertion(unverified_answer)
    found = await call.provider.database.read(lambda tx: tx.passkeys.find(named.unverified_credential_id))
    if found is None:
        raise PasskeyRefused("nobody's")
    return found


def _form(call: Call, opened: Opened, errors: ErrorSummary | None = None) -> Answer:
    return page(
        call,
        "passkey.html",
        form_action=opened.form_action,
        rp=opened.relying_party,
        i=opened.interaction_id,
        passkey=ask_to_sign_in(call, opened),
        public_minutes=public_minutes(call),
        errors=errors,
    )


async def _refuse(
    call: Call, opened: Opened, passkey: Passkey | None, counter: Counter, refused: Exception
) -> None:
    """Count an answer that is nobody's (DESIGN 5.9, class 1), record one that names somebody's passkey (class 2)."""
    reason = str(refused)
    _log.info("sign-in refused", extra=fields(txn=call.txn, factor="passkey", reason=reason))
    metrics.SIGN_INS.add(SignInMethod.PASSKEY, SignInOutcome.REFUSED)
    if passkey is None:
        call.count_refusal(EventType.SIGN_IN_REFUSED.value, client_id=opened.client.client_id)
    record = partial(_record, passkey=passkey, counter=counter, occasion=call.occasion())
    call.provider.limits.learn(counter, (await call.provider.database.transact(record)).unwrap())


def _record(tx: Tx, *, passkey: Passkey | None, counter: Counter, occasion: Occasion) -> Done[Counted]:
    if passkey is not None:
        tx.audit.add(_refusal(passkey, "wrong answer", occasion))
    return Done(tx.limits.count(*counter, occasion.now))


def _settle(tx: Tx, *, answered: _Answered, occasion: Occasion) -> Proved | Done[None]:
    """Use challenge and counter up; None: one of them was used before."""
    passkey, proved, challenge = answered.passkey, answered.proved, answered.challenge
    tx.people.lock(tx.people.standing_id(passkey.person_id))  # before the key, as whoever removes it
    if not tx.passkey_challenges.spend(challenge.value, challenge.expires_at):
        tx.audit.add(_refusal(passkey, "challenge used", occasion))
        return Done(None)
    used = tx.passkeys.use(passkey, proved.sign_count, is_backed_up=proved.is_backed_up, now=occasion.now)
    if not used:
        tx.audit.add(_unusable(passkey, tx.passkeys.find(passkey.credential_id), occasion))
        return Done(None)
    amr = passkey_amr(is_verified=proved.is_verified, is_synced=passkey.is_synced)
    bound_acr = passkey.bound_acr if proved.is_verified else None
    return Proved(person_id=passkey.person_id, amr=amr, passkey=passkey, bound_acr=bound_acr)


def _unusable(passkey: Passkey, now: Passkey | None, occasion: Occasion) -> AuditEvent:
    """Return why a right answer does not count: the passkey was removed, or its counter did not go on (§6.1.1)."""
    if now is None or now.ended_at is not None:
        return _refusal(passkey, "removed", occasion)
    _log.warning("a passkey may have been copied", extra=fields(txn=occasion.txn))
    return occasion.event(
        EventType.CREDENTIAL_COPIED,
        actor=person_ref(passkey.person_id),
        person_id=passkey.person_id,
        kind="passkey",
        aaguid=passkey.aaguid,
    )


def _refusal(passkey: Passkey, reason: str, occasion: Occasion) -> AuditEvent:
    return occasion.sign_in_refused(passkey.person_id, reason=reason, factor="passkey")
