"""`/account/methods`: the ways to sign in that a person has (PAGES 3.1.14). Each row is a part of its own."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from idp.citizen.account import holder_of, query
from idp.citizen.methods.names import sign_in_names
from idp.credentials.model import MOST_TRIES, PasswordCredential, RecoveryCodes
from idp.credentials.recovery_code import FEW_LEFT
from idp.credentials.service import has_second
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.ids import PersonId
from idp.transaction import Tx

METHODS = "/account/methods"
DONE = frozenset({"password-set", "totp-set", "password-removed", "totp-removed", "recovery-codes-removed"})
"""What the page may say has just been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    names: tuple[str, ...]
    national: datetime | None
    """When the national system was last used."""
    password: PasswordCredential | None
    has_totp: bool
    totp_asleep: datetime | None
    """Since when the app takes no code."""
    codes: RecoveryCodes
    rests: bool


async def show(call: Call) -> Answer:
    """Show them."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    ways = await call.provider.database.read(partial(_load, person_id=holder.person_id))
    done = query(call, "d")
    return page(
        call,
        "methods.html",
        notice=done.replace("-", "_") if done in DONE else None,
        signed_in_name=holder.person.profile.full_name,
        names=ways.names,
        national=ways.national,
        password=ways.password,
        has_totp=ways.has_totp,
        totp_asleep=ways.totp_asleep,
        codes=ways.codes,
        few=ways.codes.made > 0 and ways.codes.left <= FEW_LEFT,
        rests=ways.rests,
    )


def _load(tx: Tx, *, person_id: PersonId) -> _Ways:
    links, totp = tx.upstreams.of_person(person_id), tx.totp.get(person_id)
    return _Ways(
        names=sign_in_names(tx, person_id),
        national=max((link.last_used_at for link in links), default=None),
        password=tx.passwords.get(person_id),
        has_totp=has_second(tx, person_id),
        totp_asleep=None if totp is None else totp.asleep_since,
        codes=tx.recovery_codes.state(person_id),
        rests=tx.attempts.state(person_id).failures >= MOST_TRIES,
    )
