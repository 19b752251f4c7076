"""Whom a request proves, as an outsider would say it: from the secrets that are in it, not from what is answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp

from idp.credentials.recovery_code import read_code
from idp.protocol.assurance import CROSS_DEVICE, Acr, parse_acr
from tests.flows.kept import Row
from tests.flows.places import CALLBACK
from tests.flows.sent import Sent, session_amr
from tests.flows.told import Return

_STEP = 30
_OPENS_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Somebody, and the most that it counts for."""

    person_id: str
    idp: str
    acr: Acr
    amr: tuple[str, ...]
    spends: tuple[str, ...] = ()
    confirms: str = ""
    """The interaction that a phone answered for."""
    at: datetime | None = None
    """When; None: now, or when the national system says."""
    is_half: bool = False
    """A password that waits for a second factor."""
    unlocks: bool = False
    """It opens an account again that its holder locked."""


def proved_by(sent: Sent) -> Proved | None:
    """Return whom this request proves, all gates before it included."""
    if sent.path == CALLBACK:
        return _national(sent)
    if not sent.is_own_form or not sent.interaction:
        return None
    if sent.path == "/sign-in/passkey":
        found = _passkey(sent)
    elif sent.path == "/sign-in/password":
        found = _password(sent)
    elif sent.path == "/sign-in/otp":
        found = _otp(sent)
    elif sent.path == "/sign-in/recovery":
        found = _recovery(sent)
    elif sent.path == "/sign-in/qr/confirmed":
        found = _by_phone(sent)
    elif sent.path == "/sign-in/code/enter":
        found = _sent_code(sent)
    else:
        found = None
    return found if found is not None and sent.status_of(found.person_id) == "active" else None


def came_back(sent: Sent) -> Return | None:
    """Return who came back: in the browser that left, with what the national system gave it for this departure, once."""
    if sent.path != CALLBACK:
        return None
    state, code = sent.query.get("state", ""), sent.query.get("code", "")
    returned, left = sent.told.returns.get(code), sent.told.journeys.get(state)
    if returned is None or left is None or returned.state != state or not sent.held(left[0]):
        return None
    return returned if sent.told.spent.isdisjoint({code, state}) else None


def _national(sent: Sent) -> Proved | None:
    returned = came_back(sent)
    if returned is None:
        return None
    state, code = sent.query["state"], sent.query["code"]
    left = sent.told.journeys[state]
    asked = parse_acr(left[1]) or Acr.LOW
    acr = asked if returned.level == 2 else Acr.LOW
    person_id = sent.told.people.get(returned.number, "")
    unlocks = bool(person_id) and sent.status_of(person_id) != "active"
    if unlocks and not (
        _is_own_lock(sent, person_id) and sent.told.begun[left[0]].unlocks and acr is Acr.HIGH
    ):
        return None
    if sent.is_held(person_id):
        acr = min(acr, Acr.SUBSTANTIAL, key=lambda one: one.rank)
    spends = (code, state)
    return Proved(person_id=person_id, idp="national", acr=acr, amr=(), spends=spends, unlocks=unlocks)


def _is_own_lock(sent: Sent, person_id: str) -> bool:
    grounds = {one["ground"] for one in sent.of_person("life_grounds", person_id) if one["lifted_at"] is None}
    return grounds == {"by-the-holder"}


def _password(sent: Sent) -> Proved | None:
    person_id = sent.told.names.get(sent.field("username").strip().casefold(), "")
    rows = sent.of_person("passwords", person_id)
    if not rows or sent.told.passwords.get(person_id) != sent.field("password") or rows[0]["compromised_at"]:
        return None
    is_half = _totp(sent, person_id) is not None
    if rows[0]["needs_second"] and not is_half:
        return None
    return Proved(person_id=person_id, idp="haiphong", acr=Acr.LOW, amr=("pwd",), is_half=is_half)


def _half(sent: Sent) -> str:
    """Return whose password was proved in this interaction and waits."""
    row = sent.kept["password_proofs"].get((sent.interaction,))
    is_good = row is not None and row["spent_at"] is None and sent.now < row["expires_at"]
    return str(row["person_id"]) if row is not None and is_good else ""


def _otp(sent: Sent) -> Proved | None:
    person_id = _half(sent)
    row, secret = _totp(sent, person_id), sent.told.secrets.get(person_id)
    if row is None or secret is None:
        return None
    step = right_step(secret, sent.field("otp"), sent.now.timestamp())
    if step is None or step <= row["last_step"]:
        return None
    acr = Acr.SUBSTANTIAL if sent.level_of(person_id) == 2 else Acr.LOW
    return Proved(person_id=person_id, idp="haiphong", acr=acr, amr=("pwd", "otp"))


def _recovery(sent: Sent) -> Proved | None:
    person_id, code = _half(sent), read_code(sent.field("recovery-code"))
    if code is None or code not in sent.told.codes.get(person_id, set()):
        return None
    return Proved(person_id=person_id, idp="haiphong", acr=Acr.LOW, amr=("pwd", "recovery"))


def _sent_code(sent: Sent) -> Proved | None:
    """A code to an address of which its person said, a day before, that such codes open their account."""
    told, code = sent.told, sent.field("otp").replace(" ", "")
    person_id, contact_id = told.contacts.get(told.asked_for.get(sent.interaction, ""), ("", ""))
    if not code or told.sent_codes.get(sent.interaction) != code:
        return None
    row = next(
        (one for one in sent.of_person("contacts", person_id) if one["contact_id"] == contact_id), None
    )
    since = None if row is None else row["signs_in_since"]
    if since is None or sent.now < since + _OPENS_AFTER:
        return None
    return Proved(person_id=person_id, idp="haiphong", acr=Acr.LOW, amr=("code",))


def _by_phone(sent: Sent) -> Proved | None:
    """What was proved on the phone that gave the number of this browser's screen, and never high."""
    phone = sent.session(sent.told.confirmed.get(sent.interaction, ""))
    if phone is None:
        return None
    acr = min(Acr(phone["acr"]), Acr.SUBSTANTIAL, key=lambda one: one.rank)
    return Proved(
        person_id=phone["person_id"],
        idp=phone["idp"],
        acr=acr,
        amr=(*session_amr(phone), CROSS_DEVICE),
        at=phone["auth_time"],
        confirms=sent.interaction,
    )


def _passkey(sent: Sent) -> Proved | None:
    answer = sent.told.signed.get(sent.field("credential"))
    sealed = sent.field("challenge")
    if answer is None or answer.challenge != sealed or sealed in sent.told.spent:
        return None
    if sent.told.challenges.get(sealed) != sent.interaction:
        return None
    row = next(
        (one for one in sent.kept["passkeys"].values() if one["credential_id"] == answer.credential_id), None
    )
    if row is None or row["ended_at"] is not None:
        return None
    is_whole = answer.is_verified and sent.level_of(row["person_id"]) == 2
    acr = min(Acr(row["bound_acr"]), Acr.SUBSTANTIAL, key=lambda one: one.rank) if is_whole else Acr.LOW
    return Proved(person_id=row["person_id"], idp="haiphong", acr=acr, amr=("user",), spends=(sealed,))


def right_step(secret: str, code: str, at: float) -> int | None:
    """Return the step of a code, if it is one of now, the one before or the one after."""
    digits, current = code.replace(" ", ""), int(at) // _STEP
    return next(
        (
            one
            for one in (current - 1, current, current + 1)
            if pyotp.TOTP(secret).generate_otp(one) == digits
        ),
        None,
    )


def _totp(sent: Sent, person_id: str) -> Row | None:
    return next((one for one in sent.of_person("totp", person_id) if one["confirmed"]), None)
