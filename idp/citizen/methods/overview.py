"""`/account/methods`: the ways to sign in that a person has (PAGES 3.1.14). Each row is a part of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from idp.citizen.account import account_page, holder_of, query
from idp.citizen.methods.names import sign_in_names
from idp.citizen.methods.own_passwords import OwnPassword, passwords_of
from idp.citizen.passkeys.listing import passkeys_of
from idp.credentials.model import MOST_TRIES, RecoveryCodes
from idp.credentials.recovery_code import FEW_LEFT
from idp.credentials.service import has_second
from idp.edge import Answer, Call
from idp.ids import PersonId
from idp.transaction import Tx

METHODS = "/account/methods"
DONE = frozenset({"password-set", "totp-set", "password-removed", "totp-removed", "recovery-codes-removed"})
"""What the page may say has just been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    """What is told of a person's passwords; there is one, unless records were merged."""

    set_at: datetime | None
    """When one that opens something was last set; None: none does."""
    names: tuple[str, ...]
    """What they are typed with."""
    known_since: datetime | None
    """Since when others know one that opened something before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    password: Password | None
    national: datetime | None
    """When the national system was last used."""
    has_totp: bool
    totp_asleep: datetime | None
    """Since when the app takes no code."""
    codes: RecoveryCodes
    passkeys: tuple[str, ...]
    """Their names."""
    rests: bool


async def show(call: Call) -> Answer:
    """Show them."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    ways = await call.provider.database.read(partial(_load, person_id=holder.person_id))
    done = query(call, "d")
    return account_page(
        call,
        holder,
        "methods.html",
        notice=done.replace("-", "_") if done in DONE else None,
        national=ways.national,
        password=ways.password,
        has_totp=ways.has_totp,
        totp_asleep=ways.totp_asleep,
        codes=ways.codes,
        few=ways.codes.made > 0 and ways.codes.left <= FEW_LEFT,
        passkeys=ways.passkeys,
        rests=ways.rests,
    )


def _load(tx: Tx, *, person_id: PersonId) -> _Ways:
    links, records = tx.upstreams.of_person(person_id), tx.people.records_of(person_id)
    passwords = passwords_of(tx, person_id)
    standing = sign_in_names(tx, person_id)
    names: list[str] = []
    for record in (one.credential.person_id for one in passwords if one.opens):
        if record == person_id:
            names += standing
        else:  # a name that both hold asks for the password of the record that stands
            names += [name for name in sign_in_names(tx, record) if name not in standing]
    asleep = [one.asleep_since for one in map(tx.totp.get, records) if one is not None and one.asleep_since]
    return _Ways(
        national=max((link.last_used_at for link in links), default=None),
        password=_password(passwords, names),
        has_totp=has_second(tx, person_id),
        totp_asleep=min(asleep, default=None),
        codes=tx.recovery_codes.state(person_id),
        passkeys=tuple(one.name for one in passkeys_of(tx, person_id=person_id)),
        rests=tx.attempts.state(person_id).failures >= MOST_TRIES,
    )


def _password(held: Sequence[OwnPassword], names: Sequence[str]) -> Password | None:
    if not held:
        return None
    opening = [one for one in held if one.opens]
    known = (one.credential.compromised_at for one in held)
    return Password(
        set_at=max((one.credential.changed_at for one in opening), default=None),
        names=tuple(names),
        known_since=min((at for at in known if at is not None), default=None),
    )
