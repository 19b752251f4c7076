"""`/account/methods/passkeys/add`: bind a passkey, after a sign-in of the last ten minutes (PAGES 3.1.5; SECURITY E05).

WebAuthn Level 3 §7.1. What is bound counts for no more than this sign-in; the person is told by mail or SMS.
"""

import logging
from dataclasses import dataclass
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.account import Holder, account_page, holder_of
from idp.citizen.interaction import posted
from idp.citizen.passkeys.asking import Question, asked_challenge, new_challenge, relying_party_id
from idp.citizen.passkeys.listing import passkeys_of
from idp.citizen.passkeys.naming import device_key, read_name
from idp.credentials.challenge import Ceremony, Challenge, ChallengeRefused, seal_challenge
from idp.credentials.model import Passkey
from idp.credentials.passkey import Bound, PasskeyRefused, check_registration, creation_options
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.account import PASSKEYS
from idp.ids import PersonId
from idp.log import fields
from idp.messages.model.notices import Factor, Notice
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error

ADD = f"{PASSKEYS}/add"
MOST = 20
"""Passkeys of one person: as many as a page shows and a browser is asked to leave out."""
_HANDLE_BYTES = 64
_log = logging.getLogger("hpid.passkey")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Binding:
    """What a right answer makes."""

    person_id: PersonId
    challenge: Challenge
    bound: Bound
    name: str
    holder: Holder
    occasion: Occasion


async def show(call: Call) -> Answer:
    """Say what a passkey is, and ask for its name."""
    holder = await holder_of(call, fresh=True)
    return holder if isinstance(holder, Answer) else await _form(call, holder)


async def bind(call: Call) -> Answer:
    """Check the answer and keep the passkey."""
    holder = await holder_of(call, fresh=True, back=ADD)
    if isinstance(holder, Answer):
        return holder
    form = posted(call)
    name, wrong = read_name(form)
    if wrong is not None:
        return await _form(call, holder, name=name, errors=wrong)
    try:
        place = holder.session.session_id
        challenge = asked_challenge(call, form.get("challenge", ""), Ceremony.BIND, place)
        bound = check_registration(form.get("credential", ""), challenge=challenge, rp=relying_party_id(call))
    except (ChallengeRefused, PasskeyRefused) as refused:
        _log.info("no passkey", extra=fields(txn=call.txn, reason=str(refused)))
        return await _form(call, holder, name=name, errors=one_error("passkey_not_made"))
    binding = _Binding(
        person_id=holder.person_id,
        challenge=challenge,
        bound=bound,
        name=name,
        holder=holder,
        occasion=call.occasion(),
    )
    problem = (await holder.transact(partial(_bind, binding=binding))).unwrap()
    if problem is not None:
        return await _form(call, holder, name=name, errors=one_error(problem))
    return Answer.redirect(f"{PASSKEYS}?d=added")


def _bind(tx: Tx, *, binding: _Binding) -> Done[str | None]:
    """Keep it and tell of it; else return the key of what is in the way."""
    person_id, challenge, occasion = binding.person_id, binding.challenge, binding.occasion
    tx.people.lock(person_id)  # two at once get one handle, and no one more than there may be
    if not tx.passkey_challenges.spend(challenge.value, challenge.expires_at):
        return Done("passkey_not_made")
    if len(passkeys_of(tx, person_id=person_id)) >= MOST:
        return Done("passkey_many")
    if _handle_of(tx, person_id) not in {None, challenge.user_handle}:
        return Done("passkey_not_made")
    bound = binding.bound
    new = Passkey(
        passkey_id=occasion.clock.token(9),
        person_id=person_id,
        credential_id=bound.credential_id,
        user_handle=challenge.user_handle,
        public_key=bound.public_key,
        sign_count=bound.sign_count,
        transports=bound.transports,
        is_synced=bound.is_synced,
        is_backed_up=bound.is_backed_up,
        aaguid=bound.aaguid,
        name=binding.name,
        bound_acr=binding.holder.session.acr,
        created_at=occasion.now,
    )
    if not tx.passkeys.add(new):
        return Done("passkey_not_made")
    tx.audit.add(
        occasion.event(
            EventType.CREDENTIAL_SET,
            actor=person_ref(person_id),
            person_id=person_id,
            kind="passkey",
            acr=new.bound_acr.value,
            synced=new.is_synced,
            aaguid=new.aaguid,
        )
    )
    tx.outbox.notify(person_id, Notice.NEW_FACTOR, occasion=occasion, factor=Factor.PASSKEY.value)
    return Done(None)


def _handle_of(tx: Tx, person_id: PersonId) -> bytes | None:
    return next((one.user_handle for one in tx.passkeys.of_person(person_id)), None)


async def _form(
    call: Call, holder: Holder, *, name: str | None = None, errors: ErrorSummary | None = None
) -> Answer:
    def load(tx: Tx) -> tuple[bytes | None, tuple[Passkey, ...]]:
        return _handle_of(tx, holder.person_id), passkeys_of(tx, person_id=holder.person_id)

    handle, known = await call.provider.database.read(load)
    challenge = new_challenge(
        call,
        Ceremony.BIND,
        holder.session.session_id,
        requires_verification=True,
        user_handle=handle or call.provider.clock.random_bytes(_HANDLE_BYTES),
    )
    full_name = holder.person.profile.full_name
    options = creation_options(relying_party_id(call), challenge, user_name=full_name, known=known)
    return account_page(
        call,
        holder,
        "passkey_add.html",
        passkey=Question(options=options, sealed=seal_challenge(challenge, call.provider.vault)),
        name=name,
        device_key=device_key(call.headers.get("user-agent", "")),
        errors=errors,
    )
