"""Which of a person's factors and addresses may be another's, by what they say was not theirs. Pure.

SP 800-63B-4 §4.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp.audit.events import AuditEvent, EventType
from idp.ids import MandateId
from idp.messages.model.notices import Act, Factor
from idp.protocol.assurance import is_passkey

_BY_KIND: Mapping[str, Factor] = {
    "password": Factor.PASSWORD,
    "totp": Factor.TOTP,
    "recovery-codes": Factor.RECOVERY_CODES,
    "passkey": Factor.PASSKEY,
}
"""As events of credentials name a factor."""
_BY_AMR: Mapping[str, Factor] = {
    "pwd": Factor.PASSWORD,
    "otp": Factor.TOTP,
    "recovery": Factor.RECOVERY_CODES,
    "sms": Factor.PHONE_CODE,
    "email": Factor.EMAIL_CODE,
}
_BY_CHANNEL: Mapping[str, Factor] = {"email": Factor.EMAIL_CODE, "phone": Factor.PHONE_CODE}
_BOUND_AT_DESKS = frozenset({Factor.PASSWORD, Factor.TOTP})
_SIGN_INS = frozenset({EventType.SESSION_STARTED, EventType.SESSION_REAUTHENTICATED})
_RECOVERIES = frozenset({EventType.RECOVERY_CODE_USED, EventType.RECOVERY_CODE_REPLACED})
_GIVING = frozenset({EventType.MANDATE_OFFERED, EventType.FIRM_APPOINTED})
_BOUND = frozenset({EventType.CREDENTIAL_SET, EventType.CREDENTIAL_COPIED, EventType.CREDENTIAL_RENAMED})


class Said(StrEnum):
    """What they say happened, if they say it."""

    GUIDED = "guided"
    """Somebody on the phone told them what to do."""
    PHONE_LOST = "phone-lost"
    """Their phone is lost."""
    UNKNOWN = "unknown"
    """They don't know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """An address that somebody added; it is known by the moment."""

    channel: str
    at: datetime


def said_by(unverified: str | None) -> Said | None:
    """Return what a form says; None: nothing that we ask."""
    return next((one for one in Said if one.value == unverified), None)


def factors_said(said: Said | None) -> frozenset[Factor]:
    """Return what goes with a lost phone: the authenticator app, codes by SMS, and the passkeys that may be on it."""
    with_it = frozenset({Factor.TOTP, Factor.PASSKEY, Factor.PHONE_CODE})
    return with_it if said is Said.PHONE_LOST else frozenset()


def factors_of_event(event: AuditEvent) -> frozenset[Factor]:
    """Return the city's own factors that somebody used or bound in a disputed event."""
    payload = event.payload
    if event.type is EventType.ACCOUNT_RECOVERED and payload.get("by") == Factor.DESK:
        return _BOUND_AT_DESKS
    if event.type in _RECOVERIES:
        return frozenset({Factor.RECOVERY_CODES})
    if event.type in _BOUND:
        return _named(_BY_KIND, payload.get("kind"))
    if event.type is EventType.CONTACT_OPENS:
        return _named(_BY_CHANNEL, payload.get("channel"))
    if event.type in _SIGN_INS and payload.get("idp") == "haiphong":
        return _proved(payload.get("amr"))
    return frozenset()


def factors_of_notice(facts: Mapping[str, str]) -> frozenset[Factor]:
    """Return those a disputed notice tells of: of a desk what is bound there; what was removed is gone already."""
    factor = facts.get("factor", "")
    if facts.get("notice") == "factor_removed" or factor not in {*Factor}:
        return frozenset()
    if factor == Factor.DESK:
        return _BOUND_AT_DESKS
    return frozenset({Factor(factor)}) - {Factor.NATIONAL}


def address_of_event(event: AuditEvent) -> Added | None:
    """Return the address that was added in a disputed event, or in the place of the one removed in it."""
    if event.type not in {EventType.CONTACT_ADDED, EventType.CONTACT_REMOVED}:
        return None
    return Added(channel=str(event.payload.get("channel", "")), at=event.at)


def address_of_notice(facts: Mapping[str, str]) -> Added | None:
    """Return the address whose addition a disputed notice told of, or that took the place of the one removed.

    One that is changed for another is told of its own removal and of no more; what is added then has the same moment.
    """
    if facts.get("notice") != "contact_changed":
        return None
    return Added(channel=facts.get("channel", ""), at=datetime.fromisoformat(facts["at"]))


def given_by_event(event: AuditEvent) -> datetime | None:
    """Return when power was given in a disputed event."""
    return event.at if event.type in _GIVING else None


def taken_by_event(event: AuditEvent) -> MandateId | None:
    """Return the power that its person took in a disputed event; what registers and courts give nobody takes."""
    payload = event.payload
    if event.type is not EventType.MANDATE_GIVEN or payload.get("source") != "appointed":
        return None
    return MandateId(str(payload.get("mandate_id", "")))


def given_by_notice(facts: Mapping[str, str]) -> datetime | None:
    """Return when the power was given that a disputed notice told of."""
    is_of_power = facts.get("notice") == "high_risk_act" and facts.get("act") == Act.POWER_GIVEN
    return datetime.fromisoformat(facts["at"]) if is_of_power else None


def _named(names: Mapping[str, Factor], name: object) -> frozenset[Factor]:
    """Return the factors of a name; in older records one event stands for two: `password and totp`."""
    parts = name.split(" and ") if isinstance(name, str) else []
    return frozenset(names[one] for one in parts if one in names)


def _proved(amr: object) -> frozenset[Factor]:
    values = tuple(str(one) for one in amr) if isinstance(amr, list | tuple) else ()
    if is_passkey(values):
        return frozenset({Factor.PASSKEY})
    return frozenset(_BY_AMR[one] for one in values if one in _BY_AMR)
