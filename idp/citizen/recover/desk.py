"""`/recover/desk`: who was proved at a one-stop desk binds new factors by the code on their paper (PAGES 3.1.19).

The code alone signs nobody in: it lets a new password be set, and an authenticator bound beside it, in the place of all
that was there. It is tried by one statement that counts what is wrong, and spent by one with what it binds (E08, E13).
"""

import json
from base64 import b32encode
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial

from idp.audit.occasion import Occasion
from idp.citizen.interaction import posted
from idp.citizen.methods.names import context_words, own_username, sign_in_names
from idp.citizen.methods.password import USERNAME
from idp.citizen.qr import in_fours, totp_picture
from idp.citizen.recover.ladder import RECOVER
from idp.credentials.password import SHORTEST, password_problem
from idp.credentials.recovery_code import read_code
from idp.credentials.totp import totp_step
from idp.credentials.typed_code import has_marks
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.limits.model import Counted, Limit, address_key
from idp.limits.service import Counter, whose
from idp.name_fold import to_nfc
from idp.people.identifiers import IdentifierTaken
from idp.people.model import Person
from idp.protocol.errors import InvalidRequest, ToPage, refusing
from idp.recovery.model import DeskCase
from idp.recovery.paper import read_case
from idp.recovery.service import Binding, bind, proved_by
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, FieldError, one_error
from keys.envelope import Unsealable

DESK = f"{RECOVER}/desk"
_SEALED = "recover.desk"
_TYPED = ("case-number", "desk-code")
_SECRET_BYTES = 20  # RFC 4226 §4: 160 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setup:
    """The right code on its way between the two steps, and a secret nobody has stored yet."""

    case_id: str
    code: str = field(repr=False)
    secret: str = field(repr=False)
    made_at: int
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    """Whose paper it is, as far as the page must know."""

    person: Person = field(repr=False)
    names: tuple[str, ...]
    username: str | None


async def show(call: Call) -> Answer:
    """Ask for what is on the paper."""
    return _ask(call, "")


def _ask(call: Call, typed: str, errors: ErrorSummary | None = None) -> Answer:
    return page(call, "recover_desk.html", case_number=typed[:32], errors=errors)


async def check(call: Call) -> Answer:
    """Look at the code, and ask for what is to be bound by it; a number nobody has and a wrong code look alike."""
    form, occasion = posted(call), call.occasion()
    typed = form.get("case-number", "")
    marked = [FieldError(key="code_marked", field=name) for name in _TYPED if has_marks(form.get(name, ""))]
    if marked:  # no try: nothing on a paper looks so
        return _ask(call, typed, ErrorSummary(tuple(marked)))
    case_id, code = read_case(typed), read_code(form.get("desk-code", ""))
    address = address_key(call.peer)
    counters = (Limit.SIGN_IN, address), (Limit.DESK_CODES, whose(case_id or "", address))
    call.provider.limits.check(*counters, now=occasion.now)
    look = partial(_look, case_id=case_id or "", code=code or "", counters=counters, occasion=occasion)
    owner, counted = (await call.provider.database.transact(look)).unwrap()
    for counter, count in zip(counters, counted, strict=False):  # none, where nothing was wrong
        call.provider.limits.learn(counter, count)
    if owner is None or case_id is None or code is None:
        return _ask(call, typed, one_error("desk_code_wrong", at="desk-code"))
    secret = b32encode(call.provider.clock.random_bytes(_SECRET_BYTES)).decode()
    setup = _Setup(case_id=case_id, code=code, secret=secret, made_at=int(occasion.now.timestamp()))
    return _form(call, owner, setup)


async def do(call: Call) -> Answer:
    """Bind a password, and an authenticator if one was set up; the code is spent by it."""
    form, occasion = posted(call), call.occasion()
    setup = _open(call, form.get("setup", ""), occasion.now)
    owner = await call.provider.database.read(partial(_owner_of, case_id=setup.case_id, occasion=occasion))
    with refusing(ToPage(case="expired")):
        if owner is None:
            raise InvalidRequest("the code opens nothing any more")
    username = "" if owner.username else to_nfc(form.get("username", "")).strip().casefold()
    password, otp = form.get("new-password", ""), form.get("otp", "").strip()
    step = totp_step(setup.secret, otp, now=occasion.now, last_step=0) if otp else None
    problems = _problems(call, owner, username, password)
    if otp and step is None:
        problems.append(FieldError(key="totp_wrong", field="otp"))
    if problems:
        return _form(call, owner, setup, username=username, errors=ErrorSummary(tuple(problems)))
    binding = Binding(
        password_hash=await call.provider.hashing.hash(password),
        totp_secret=None if step is None else setup.secret,
        totp_step=step or 0,
        username=username,
    )
    life = call.provider.settings.life
    write = partial(
        bind,
        case_id=setup.case_id,
        code=setup.code,
        binding=binding,
        hold=life.recovery_hold,
        occasion=occasion,
    )
    try:
        is_bound = (await call.provider.database.transact(write)).unwrap()
    except IdentifierTaken:
        errors = one_error("username_taken", at="username")
        return _form(call, owner, setup, username=username, errors=errors)
    with refusing(ToPage(case="expired")):
        if not is_bound:
            raise InvalidRequest("the code opens nothing any more")
    names = (*owner.names, username) if username else owner.names
    until = occasion.now + life.recovery_hold
    return page(
        call, "recover_desk_done.html", path=DESK, names=names, until=until, has_totp=step is not None
    )


def _look(
    tx: Tx, *, case_id: str, code: str, counters: tuple[Counter, ...], occasion: Occasion
) -> Done[tuple[_Owner | None, tuple[Counted, ...]]]:
    """Try the code; what was wrong counts for the case, for the address it came from, and for both together."""
    case = tx.desk_cases.try_code(case_id, code, occasion.now)
    owner = None if case is None else _owner(tx, case, occasion)
    wrong = counters if owner is None else ()
    return Done((owner, tuple(tx.limits.count(*counter, occasion.now) for counter in wrong)))


def _owner_of(tx: Tx, *, case_id: str, occasion: Occasion) -> _Owner | None:
    case = tx.desk_cases.get(case_id)
    return None if case is None or case.used_at is not None else _owner(tx, case, occasion)


def _owner(tx: Tx, case: DeskCase, occasion: Occasion) -> _Owner | None:
    person = proved_by(tx, case, occasion=occasion)
    if person is None:
        return None
    names, username = sign_in_names(tx, person.person_id), own_username(tx, person.person_id)
    return _Owner(person=person, names=names, username=username)


def _problems(call: Call, owner: _Owner, username: str, password: str) -> list[FieldError]:
    problems = []
    if username and not USERNAME.fullmatch(username):
        problems.append(FieldError(key="own_username_form", field="username"))
    elif not username and not owner.names:
        problems.append(FieldError(key="own_username_empty", field="username"))
    words = context_words(call, owner.person.profile, username or owner.username or "")
    weakness = password_problem(password, context_words=words, shortest=SHORTEST)
    if weakness is not None:
        problems.append(FieldError(key=weakness, field="new-password", params={"n": SHORTEST}))
    return problems


def _form(
    call: Call, owner: _Owner, setup: _Setup, *, username: str = "", errors: ErrorSummary | None = None
) -> Answer:
    shown = owner.names[0] if owner.names else owner.person.profile.full_name
    return page(
        call,
        "recover_desk_bind.html",
        path=DESK,
        setup=call.provider.vault.seal_compact(json.dumps(asdict(setup)), purpose=_SEALED),
        names=owner.names,
        own_username=owner.username,
        username=username,
        shortest=SHORTEST,
        qr_svg=totp_picture(setup.secret, shown),
        key=in_fours(setup.secret),
        errors=errors,
    )


def _open(call: Call, sealed: str, now: datetime) -> _Setup:
    """Return what the first step sealed, not longer ago than a code lives, in this epoch."""
    provider = call.provider
    with refusing(ToPage(case="expired")):
        try:
            setup = _Setup(**json.loads(provider.vault.open_compact(sealed, purpose=_SEALED)))
        except Unsealable as error:
            raise InvalidRequest("the form is not ours") from error
        made_at = datetime.fromtimestamp(setup.made_at, UTC)
        if now - made_at > provider.settings.life.desk_code or provider.configuration.is_of_before(made_at):
            raise InvalidRequest("the form is too old")
    return setup
