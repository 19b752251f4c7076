"""`/sign-in/password`: name and password (PAGES 3.1.3); reserve → work → settle (DESIGN 5.7).

One counter per account over all factors; an attempt never settled counts as failed, one that found the line for
hashing full was never made. No answer and no timing tells whether an account exists: for nobody the same is looked up,
hashed, sealed and written as for somebody (SECURITY E16). The right password is a step, not a sign-in: it is no failure,
and the counter is cleared by the second factor.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from idp import metrics
from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.citizen.interaction import Opened, open_here, posted
from idp.citizen.local_proof import Proved
from idp.citizen.local_session import beginning, counted, signed_in
from idp.citizen.named_account import LONGEST, find_named
from idp.citizen.passkeys.asking import ask_to_sign_in, may_use_passkey
from idp.citizen.slowed import slowed
from idp.credentials.reservation import Reserved, Slowed
from idp.credentials.service import asks_for_second
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.device import keep_tick, public_minutes
from idp.edge.page import page
from idp.ids import NOBODY, PersonId
from idp.interactions.model import PasswordProof
from idp.limits.model import Counted, Limit, address_key
from idp.limits.service import Counter
from idp.log import fields
from idp.metrics import SignInMethod, SignInOutcome
from idp.name_fold import to_nfc
from idp.people.model import PersonStatus
from idp.protocol.facts import Realm
from idp.protocol.offered_ways import offers_city_credentials
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, FieldError, one_error

_log = logging.getLogger("hpid.sign-in")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """Whose password a name asks for (`owner`), and who may sign in with it (`person_id`): None for nobody, the locked.

    A record merged into another keeps its password; failures are counted, and the second factor is asked, for the person
    who stands for it (adr/0036).
    """

    owner: PersonId
    standing: PersonId
    """Who stands for the owner; nobody for nobody."""
    counter: str
    """What its attempts are counted under."""
    person_id: PersonId | None
    password_hash: str | None = field(repr=False)
    changed_at: datetime | None
    """Since when this is the password."""
    has_totp: bool
    is_usable: bool
    """Not known to others, and a second factor stands beside it if it is too short to stand alone."""
    attempt: Reserved | Slowed


async def show(call: Call) -> Answer:
    """Show the form."""
    opened = await open_here(call)
    if not _is_offered(call, opened):
        return opened.to_sign_in
    return _form(call, opened)


async def check(call: Call) -> Answer:
    """Check name and password."""
    opened = await open_here(call)
    form = posted(call)
    if not _is_offered(call, opened):
        return opened.to_sign_in
    username, password = to_nfc(form.get("username", "")), form.get("password", "")
    if missing := _missing(username=username, password=password):
        return _form(call, opened, username=username, errors=missing)
    if len(password) > LONGEST or len(username) > LONGEST:
        return _wrong(call, opened, "")
    provider, occasion, counter = call.provider, call.occasion(), (Limit.SIGN_IN, address_key(call.peer))
    provider.limits.check(counter, now=occasion.now)
    with provider.hashing.place() as verify:
        account: _Account = (
            await provider.database.transact(partial(_reserve, username=username, now=occasion.now))
        ).unwrap()
        if isinstance(account.attempt, Slowed):
            _count(SignInOutcome.SLOWED)
            return _form(call, opened, username=username, errors=slowed(account.attempt, occasion.now))
        is_right = await verify(password, account.password_hash)
    if not is_right or account.person_id is None or not account.is_usable:
        await _refuse(call, opened, account, counter, occasion)
        return _wrong(call, opened, username)
    await _renew_hash(call, account.person_id, password, account.password_hash or "")
    go_on = _ask_for_code if account.has_totp else _sign_in
    answer = await go_on(call, opened, account, occasion)
    return _wrong(call, opened, username) if answer is None else answer


def _missing(**fields: str) -> ErrorSummary | None:
    found = [FieldError(key=f"{name}_empty", field=name) for name, value in fields.items() if not value]
    return ErrorSummary(tuple(found)) if found else None


async def _sign_in(call: Call, opened: Opened, account: _Account, occasion: Occasion) -> Answer | None:
    """Let the password alone open level low; None: it does so no more."""
    begins = beginning(call, opened, partial(_settle, account=account), occasion)
    signed = counted(SignInMethod.PASSWORD, await call.provider.database.transact(begins))
    return None if signed is None else signed_in(call, opened, signed.begun)


async def _ask_for_code(call: Call, opened: Opened, account: _Account, occasion: Occasion) -> Answer | None:
    """Note that the password was right, and ask for the second factor; None: it is the password no more."""
    life = call.provider.settings.life
    proof = PasswordProof(
        interaction_id=opened.interaction_id,
        person_id=account.owner,
        proved_at=occasion.now,
        expires_at=opened.request.started_at + life.interaction,
    )
    if not (await call.provider.database.transact(partial(_prove, proof=proof, account=account))).unwrap():
        return None
    _count(SignInOutcome.CONTINUED)
    return Answer.redirect(f"/sign-in/otp?i={opened.interaction_id}", *keep_tick(call, opened.interaction_id))


def _is_offered(call: Call, opened: Opened) -> bool:
    down = call.provider.takes_degraded(call.provider.clock.now())
    return offers_city_credentials(opened.request, opened.client, upstream_down=down)


def is_only_way(call: Call, opened: Opened) -> bool:
    """Tell whether there is nothing to choose, as in certification and for officials.

    This page then stands where the choice would.
    """
    is_alone = call.provider.settings.is_certification or opened.realm is Realm.OFFICIAL
    return is_alone and _is_offered(call, opened)


def _wrong(call: Call, opened: Opened, username: str) -> Answer:
    """Say that it is wrong: the same to who has the password, if others know it too, as to who guesses (E16)."""
    return _form(call, opened, username=username, errors=one_error("credentials_wrong"), refused=True)


def _form(
    call: Call,
    opened: Opened,
    *,
    username: str = "",
    errors: ErrorSummary | None = None,
    refused: bool = False,
) -> Answer:
    return page(
        call,
        "password.html",
        form_action=opened.form_action,
        rp=opened.relying_party,
        i=opened.interaction_id,
        is_only_way=is_only_way(call, opened),
        passkey=ask_to_sign_in(call, opened) if may_use_passkey(call, opened) else None,
        public_minutes=public_minutes(call),
        username=username,
        refused=refused,
        errors=errors,
    )


def _reserve(tx: Tx, *, username: str, now: datetime) -> Done[_Account]:
    """Find the account and count the attempt before it is made; nobody's account counts too."""
    holder, counter = find_named(tx, username)
    owner = holder.record_id if holder else NOBODY
    attempt = tx.attempts.reserve(counter, now)
    credential, standing = tx.passwords.get(owner), holder.person_id if holder else NOBODY
    has_totp = asks_for_second(tx, owner, standing=standing)
    may_sign_in = holder is not None and holder.status is PersonStatus.ACTIVE
    return Done(
        _Account(
            owner=owner,
            standing=standing,
            counter=counter,
            person_id=owner if may_sign_in else None,
            password_hash=credential.password_hash if credential else None,
            changed_at=credential.changed_at if credential else None,
            has_totp=has_totp,
            is_usable=credential is not None and credential.opens(has_second=has_totp),
            attempt=attempt,
        )
    )


async def _renew_hash(call: Call, owner: PersonId, password: str, old_hash: str) -> None:
    """Hash a password that was right anew where schemes or costs have changed since (SP 800-63B-4 §3.1.1.2)."""
    hashing = call.provider.hashing
    if not hashing.is_outdated(old_hash) or hashing.is_full:
        return
    new_hash = await hashing.hash(password)

    def renew(tx: Tx) -> Done[None]:
        tx.passwords.renew(owner, old_hash=old_hash, new_hash=new_hash)
        return Done(None)

    (await call.provider.database.transact(renew)).unwrap()


async def _refuse(
    call: Call, opened: Opened, account: _Account, counter: Counter, occasion: Occasion
) -> None:
    """Count a name that is nobody's (DESIGN 5.9, class 1), record the refusal of somebody (class 2), alike."""
    _log.info("sign-in refused", extra=fields(txn=call.txn, factor="password"))
    _count(SignInOutcome.REFUSED)
    if account.owner == NOBODY:
        call.count_refusal(EventType.SIGN_IN_REFUSED.value, client_id=opened.client.client_id)
    record = partial(_record, account=account, counter=counter, occasion=occasion)
    call.provider.limits.learn(counter, (await call.provider.database.transact(record)).unwrap())


def _record(tx: Tx, *, account: _Account, counter: Counter, occasion: Occasion) -> Done[Counted]:
    tx.audit.add(
        occasion.sign_in_refused(
            account.owner,
            reason="wrong password" if account.person_id else "may not sign in",
            factor="password",
        ),
        rehearse=account.owner == NOBODY,
    )
    return Done(tx.limits.count(*counter, occasion.now))


def _settle(tx: Tx, *, account: _Account) -> Proved | Done[None]:
    """A password alone signs in who has no second factor: level low. None: it is the password no more, or not enough."""
    if not _is_still_so(tx, account) or asks_for_second(tx, account.owner, standing=account.standing):
        return Done(None)
    tx.attempts.settle(account.counter)
    return Proved(person_id=account.owner, amr=("pwd",))


def _is_still_so(tx: Tx, account: _Account) -> bool:
    """Tell whether what was found right is still the password: hashing takes long enough to remove or change it (B10).

    Who does so holds the person's row: they came before this, or end what begins here.
    """
    tx.people.lock(account.standing)
    now = tx.passwords.get(account.owner)
    return now is not None and now.compromised_at is None and now.changed_at == account.changed_at


def _count(outcome: SignInOutcome) -> None:
    metrics.SIGN_INS.add(SignInMethod.PASSWORD, outcome)


def _prove(tx: Tx, *, proof: PasswordProof, account: _Account) -> Done[bool]:
    if not _is_still_so(tx, account):
        return Done(value=False)
    tx.attempts.give_back(account.counter)
    tx.interactions.prove_password(proof)
    return Done(value=True)
