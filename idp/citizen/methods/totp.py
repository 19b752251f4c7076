"""`/account/methods/totp`: bind an authenticator app (RFC 6238), after a sign-in of the last ten minutes (SECURITY E05).

The secret is shown once, travels sealed to the next step, and is stored only when a code of it was right.
"""

import json
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from idp.citizen.account import Holder, account_page, holder_of
from idp.citizen.interaction import posted
from idp.citizen.methods.names import sign_in_names
from idp.citizen.methods.overview import METHODS
from idp.citizen.qr import in_fours, totp_picture
from idp.credentials.model import TotpCredential
from idp.credentials.service import bind_totp
from idp.credentials.totp import totp_step
from idp.edge import Answer, Call
from idp.ids import PersonId
from idp.protocol.errors import InvalidRequest, ToPage, refusing
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error
from keys.envelope import Unsealable

TOTP = f"{METHODS}/totp"
_SEALED = "account.totp"
_SECRET_BYTES = 20  # RFC 4226 §4: 160 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setup:
    """A secret on its way between the two steps; nothing of it is stored."""

    person_id: str
    secret: str = field(repr=False)
    made_at: int
    """Seconds since 1970."""


async def show(call: Call) -> Answer:
    """Show a new secret."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    secret = b32encode(call.provider.clock.random_bytes(_SECRET_BYTES)).decode()
    made_at = int(call.provider.clock.now().timestamp())
    return await _form(call, holder, _Setup(person_id=holder.person_id, secret=secret, made_at=made_at))


async def bind(call: Call) -> Answer:
    """Bind the secret if the code is one of it."""
    holder = await holder_of(call, fresh=True, back=TOTP)
    if isinstance(holder, Answer):
        return holder
    form, occasion = posted(call), call.occasion()
    setup = _open(call, holder.person_id, form.get("setup", ""), occasion.now)
    step = totp_step(setup.secret, form.get("otp", ""), now=occasion.now, last_step=0)
    if step is None:
        return await _form(call, holder, setup, one_error("totp_wrong", at="otp"))
    credential = TotpCredential(
        person_id=holder.person_id,
        secret=setup.secret,
        last_step=step,
        confirmed=True,
        bound_acr=holder.session.acr,
    )
    write = partial(bind_totp, credential=credential, keep=holder.session.session_id, occasion=occasion)
    (await holder.transact(write)).unwrap()
    return Answer.redirect(f"{METHODS}?d=totp-set")


def _open(call: Call, person_id: PersonId, sealed: str, now: datetime) -> _Setup:
    """Return what the first step sealed for this person, not longer ago than a form may lie open, in this epoch."""
    provider = call.provider
    with refusing(ToPage(case="expired")):
        try:
            setup = _Setup(**json.loads(provider.vault.open_compact(sealed, purpose=_SEALED)))
        except Unsealable as error:
            raise InvalidRequest("the form is not ours") from error
        made_at = datetime.fromtimestamp(setup.made_at, UTC)
        is_over = now - made_at > provider.settings.life.interaction
        if setup.person_id != person_id or is_over or provider.configuration.is_of_before(made_at):
            raise InvalidRequest("the form is another person's, or too old")
    return setup


async def _form(call: Call, holder: Holder, setup: _Setup, errors: ErrorSummary | None = None) -> Answer:
    def names(tx: Tx) -> tuple[str, ...]:
        return sign_in_names(tx, holder.person_id)

    known = await call.provider.database.read(names)
    sealed = json.dumps({"person_id": setup.person_id, "secret": setup.secret, "made_at": setup.made_at})
    return account_page(
        call,
        holder,
        "method_totp.html",
        setup=call.provider.vault.seal_compact(sealed, purpose=_SEALED),
        qr_svg=totp_picture(setup.secret, known[0] if known else holder.person.profile.full_name),
        key=in_fours(setup.secret),
        errors=errors,
    )
