"""`/administrator`: the first administrator's account from a one-time link of `hpid admin bootstrap`.

Showing the link changes nothing (SECURITY E08); name and password travel sealed to the second step, and only the right
code of the authenticator writes anything: link, person, password and TOTP in one transaction.
"""

import json
import re
from base64 import b32encode
from functools import partial
from urllib.parse import urlsplit

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.interaction import posted
from idp.citizen.qr import ISSUER, in_fours, totp_picture
from idp.credentials.model import PasswordCredential, TotpCredential
from idp.credentials.password import SHORTEST, password_problem
from idp.credentials.totp import totp_step
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.name_fold import to_nfc
from idp.people.identifiers import IdentifierTaken
from idp.people.model import IdentifierScheme, Person, PersonProfile, PersonStatus
from idp.people.name_parts import split_name
from idp.protocol.errors import InvalidRequest, ToPage, refusing
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, FieldError, one_error
from keys.envelope import Unsealable

PURPOSE = "administrator"
ROLE = "admin:security-officer"
_SEALED = "administrator.setup"
_USERNAME = re.compile(r"[a-z0-9][a-z0-9.-]{2,63}", re.ASCII)


async def show(call: Call) -> Answer:
    """Show the form if the link is good."""
    link = dict(call.query()).get("link", "")
    await _check_link(call, link)
    return _form(call, link)


async def start(call: Call) -> Answer:
    """Take name and password, show the authenticator's key."""
    form = posted(call)
    link = form.get("link", "")
    await _check_link(call, link)
    name, username = to_nfc(form.get("name", "")), form.get("username", "").strip()
    password = form.get("new-password", "")
    problems = await _problems(call, name, username, password)
    if problems:
        return _form(call, link, name=name, username=username, errors=ErrorSummary(tuple(problems)))
    secret = b32encode(call.provider.clock.random_bytes(20)).decode()
    setup = {
        "link": link,
        "name": name,
        "username": username,
        "hash": await call.provider.hashing.hash(password),
        "secret": secret,
    }
    sealed = call.provider.vault.seal_compact(json.dumps(setup), purpose=_SEALED)
    return _totp_form(call, sealed, username, secret)


async def finish(call: Call) -> Answer:
    """Take the authenticator's first code and write everything."""
    form = posted(call)
    with refusing(ToPage(case="expired")):
        try:
            setup = json.loads(call.provider.vault.open_compact(form.get("setup", ""), purpose=_SEALED))
        except Unsealable as error:
            raise InvalidRequest("the form is not ours") from error
    occasion = call.occasion()
    step = totp_step(setup["secret"], form.get("otp", ""), now=occasion.now, last_step=0)
    if step is None:
        errors = one_error("otp_incomplete", at="otp")
        return _totp_form(call, form["setup"], setup["username"], setup["secret"], errors=errors)
    try:
        outcome = await call.provider.database.transact(
            partial(_write, setup=setup, step=step, occasion=occasion)
        )
    except IdentifierTaken:  # since the first step; everything rolled back, the link too
        errors = one_error("username_taken", at="username")
        return _form(call, setup["link"], name=setup["name"], username=setup["username"], errors=errors)
    with refusing(ToPage(case="expired")):
        if not outcome.unwrap():
            raise InvalidRequest("the link was used or has expired")
    return page(call, "administrator_done.html", username=setup["username"])


async def _check_link(call: Call, link: str) -> None:
    now = call.provider.clock.now()

    def is_good(tx: Tx) -> bool:
        return tx.links.peek(link, PURPOSE, now)

    with refusing(ToPage(case="expired")):
        if not link or not await call.provider.database.read(is_good):
            raise InvalidRequest("the link is unknown, used or expired")


async def _problems(call: Call, name: str, username: str, password: str) -> list[FieldError]:
    problems = []
    if not name or len(name) > 200:
        problems.append(FieldError(key="name_empty", field="name"))
    if not _USERNAME.fullmatch(username):
        problems.append(FieldError(key="username_form", field="username"))
    elif await call.provider.database.read(partial(_is_taken, username=username)):
        problems.append(FieldError(key="username_taken", field="username"))
    host = urlsplit(call.provider.settings.issuer).hostname or ""
    weakness = password_problem(password, context_words=(username, name, host, ISSUER))
    if weakness is not None:
        problems.append(FieldError(key=weakness, field="new-password", params={"n": SHORTEST}))
    return problems


def _is_taken(tx: Tx, *, username: str) -> bool:
    return tx.people.find_by_identifier(IdentifierScheme.USERNAME, username) is not None


def _write(tx: Tx, *, setup: dict[str, str], step: int, occasion: Occasion) -> Done[bool]:
    """Spend the link and make the account; False if the link was spent meanwhile."""
    now = occasion.now
    if not tx.links.spend(setup["link"], PURPOSE, now):
        return Done(value=False)
    parts = split_name(setup["name"])
    person = Person(
        person_id=occasion.clock.person_id(),
        status=PersonStatus.ACTIVE,
        account_level=0,
        profile=PersonProfile(
            full_name=setup["name"],
            family_name=parts.family_name,
            middle_name=parts.middle_name,
            given_name=parts.given_name,
        ),
        roles=frozenset({ROLE}),
        created_at=now,
        updated_at=now,
    )
    tx.people.add(person)
    tx.people.add_identifier(person.person_id, IdentifierScheme.USERNAME, setup["username"], now=now)
    tx.passwords.put(
        PasswordCredential(person_id=person.person_id, password_hash=setup["hash"], changed_at=now)
    )
    tx.totp.put(
        TotpCredential(person_id=person.person_id, secret=setup["secret"], last_step=step, confirmed=True)
    )
    actor = person_ref(person.person_id)
    for event, payload in (
        (EventType.ADMIN_LINK_SPENT, {}),
        (EventType.PERSON_CREATED, {"source": "administrator link"}),
        (EventType.CREDENTIAL_SET, {"kind": "password"}),
        (EventType.CREDENTIAL_SET, {"kind": "totp"}),
    ):
        tx.audit.add(occasion.event(event, actor=actor, person_id=person.person_id, **payload))
    return Done(value=True)


def _form(
    call: Call, link: str, *, name: str = "", username: str = "", errors: ErrorSummary | None = None
) -> Answer:
    return page(
        call, "administrator.html", fields={"link": link}, name=name, username=username, errors=errors
    )


def _totp_form(
    call: Call, sealed: str, username: str, secret: str, *, errors: ErrorSummary | None = None
) -> Answer:
    return page(
        call,
        "administrator_totp.html",
        fields={"setup": sealed},
        qr_svg=totp_picture(secret, username),
        key=in_fours(secret),
        errors=errors,
    )
