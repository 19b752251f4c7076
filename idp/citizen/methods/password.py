"""`/account/methods/password`: set a password, or change it, after a sign-in of the last ten minutes (SECURITY E05)."""

import re
from dataclasses import dataclass, field
from functools import partial

from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.interaction import posted
from idp.citizen.methods.names import context_words, own_username, sign_in_names
from idp.citizen.methods.overview import METHODS
from idp.citizen.methods.own_passwords import passwords_of
from idp.credentials.password import SHORTEST, SHORTEST_WITH_SECOND, password_problem
from idp.credentials.service import SecondFactorNeeded, asks_for_second, set_password
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.edge.cookie_names import cookie_name
from idp.ids import PersonId
from idp.name_fold import to_nfc
from idp.people.identifiers import IdentifierTaken
from idp.people.model import IdentifierScheme
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, FieldError

PASSWORD = f"{METHODS}/password"
USERNAME = re.compile(r"[a-z][a-z0-9.-]{2,63}", re.ASCII)
"""Begins with a letter: nobody's phone or number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What the page must know of the person."""

    names: tuple[str, ...]
    username: str | None
    has_second: bool
    is_set: bool
    """There is a password already."""
    known_hashes: tuple[str, ...] = field(repr=False)
    """Of passwords that others know: none is to be set again."""

    @property
    def shortest(self) -> int:
        """How long the password must be."""
        return SHORTEST_WITH_SECOND if self.has_second else SHORTEST


async def show(call: Call) -> Answer:
    """Show the form."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    return _form(call, holder, await _standing(call, holder.person_id))


async def change(call: Call) -> Answer:
    """Set the password, or say what is wrong with it."""
    holder = await holder_of(call, fresh=True, back=PASSWORD)
    if isinstance(holder, Answer):
        return holder
    form = posted(call)
    standing = await _standing(call, holder.person_id)
    password = form.get("new-password", "")
    username = "" if standing.username else to_nfc(form.get("username", "")).strip().casefold()
    problems = _problems(call, holder, standing, username, password)
    if not problems and await _is_known(call, standing, password):
        problems = [FieldError(key="password_known", field="new-password")]
    if problems:
        return _form(call, holder, standing, username=username, problems=problems)
    password_hash = await call.provider.hashing.hash(password)
    write = partial(
        _write,
        holder=holder,
        username=username,
        password_hash=password_hash,
        needs_second=len(to_nfc(password)) < SHORTEST,
        call=call,
    )
    try:
        (await holder.transact(write)).unwrap()
    except IdentifierTaken:
        problems = [FieldError(key="username_taken", field="username")]
        return _form(call, holder, standing, username=username, problems=problems)
    except SecondFactorNeeded:  # it was removed meanwhile
        problems = [FieldError(key="password_short", field="new-password", params={"n": SHORTEST})]
        return _form(call, holder, standing, username=username, problems=problems)
    return Answer.redirect(_onward(call))


def _onward(call: Call) -> str:
    """Return where a new password leads: back to the sign-in that asked for it, if this browser is in one."""
    interaction_id = query(call, "i")
    is_open = cookie_name(call.provider.settings, "i-") + interaction_id in call.cookies()
    return f"/authorize/resume?i={interaction_id}" if is_open else f"{METHODS}?d=password-set"


async def _is_known(call: Call, standing: _Standing, password: str) -> bool:
    """Tell whether it is one that others know (SP 800-63B-4 §3.1.1.2: it must be changed)."""
    for known_hash in standing.known_hashes:
        with call.provider.hashing.place() as verify:
            if await verify(password, known_hash):
                return True
    return False


def _write(
    tx: Tx, *, holder: Holder, username: str, password_hash: str, needs_second: bool, call: Call
) -> Done[None] | Refused:
    occasion = call.occasion()
    outcome = set_password(
        tx,
        holder.person_id,
        password_hash,
        needs_second=needs_second,
        keep=holder.session.session_id,
        occasion=occasion,
    )
    if username and isinstance(outcome, Done):
        tx.people.add_identifier(
            holder.person_id, IdentifierScheme.USERNAME, username, now=occasion.now
        )  # taken: an exception, and nothing of this happened
    return outcome


def _problems(
    call: Call, holder: Holder, standing: _Standing, username: str, password: str
) -> list[FieldError]:
    problems = []
    if username and not USERNAME.fullmatch(username):
        problems.append(FieldError(key="own_username_form", field="username"))
    elif not username and not standing.names:
        problems.append(FieldError(key="own_username_empty", field="username"))
    words = context_words(call, holder.person.profile, username or standing.username or "")
    weakness = password_problem(password, context_words=words, shortest=standing.shortest)
    if weakness is not None:
        params = {"n": standing.shortest}
        problems.append(FieldError(key=weakness, field="new-password", params=params))
    return problems


async def _standing(call: Call, person_id: PersonId) -> _Standing:
    def load(tx: Tx) -> _Standing:
        passwords = passwords_of(tx, person_id)
        return _Standing(
            names=sign_in_names(tx, person_id),
            username=own_username(tx, person_id),
            has_second=asks_for_second(tx, person_id, standing=person_id),
            is_set=bool(passwords),
            known_hashes=tuple(
                one.credential.password_hash for one in passwords if one.credential.compromised_at is not None
            ),
        )

    return await call.provider.database.read(load)


def _form(
    call: Call,
    holder: Holder,
    standing: _Standing,
    *,
    username: str = "",
    problems: list[FieldError] | None = None,
) -> Answer:
    return account_page(
        call,
        holder,
        "method_password.html",
        names=standing.names,
        own_username=standing.username,
        username=username,
        shortest=standing.shortest,
        is_set=standing.is_set,
        i=query(call, "i"),
        errors=ErrorSummary(tuple(problems)) if problems else None,
    )
