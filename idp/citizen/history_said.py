"""What a row of the history says besides its name, as keys of strings: how, for whom, by whom, why (PAGES §3.1.17).

A person decides by it whether something was theirs, so it names the very way: nobody who has no password may read that
theirs was used. Closed vocabularies alone; whatever else stands in an event is left out.
"""

from collections.abc import Mapping

from idp.audit.events import AuditEvent, EventType
from idp.data_rights.model import Right
from idp.messages.model.notices import Factor
from idp.people.asked import SearchReason
from idp.protocol.assurance import is_cross_device, is_passkey
from idp.risk.model import Outcome, Signal

OPERATOR = "operator:"
_RIGHTS = frozenset(one.value for one in Right)
_REASONS = frozenset(one.value for one in SearchReason)
_OF_A_FACTOR = frozenset(
    {EventType.CREDENTIAL_SET, EventType.CREDENTIAL_REMOVED, EventType.CREDENTIAL_COMPROMISED}
)
_SEARCHES = frozenset({EventType.PEOPLE_SEARCHED, EventType.PERSON_LISTED})
_FACTORS = frozenset(one.value for one in Factor if one not in {Factor.NATIONAL, Factor.DESK})
_SENT = {"sms": "history_by_phone_code", "email": "history_by_email_code"}
_WITH_PASSWORD = {"otp": "history_by_password_totp", "recovery": "history_by_password_recovery"}


def said(event: AuditEvent, *, is_own: bool, may_be_anothers: bool = False) -> tuple[str, ...]:
    """Return what else is said of an event; `is_own`: its person did it, or whoever their record stood for then."""
    payload, keys = event.payload, []
    if event.type in _OF_A_FACTOR:
        keys += _factors(payload.get("kind"))
    keys += _asked_for(payload)
    keys += _how(payload)
    if payload.get("degraded"):
        keys.append("history_degraded")
    if payload.get("public"):
        keys.append("history_public")
    keys += _stood_out(payload)
    if event.type is EventType.CODE_ISSUED and payload.get("context"):
        keys.append("history_for_other")
    if event.actor.startswith(OPERATOR):
        keys.append("history_by_official")
    elif event.actor.startswith("person:") and not is_own:
        keys.append("history_by_other")
    elif event.actor == "system":
        keys.append("history_by_system")
    if event.type in _SEARCHES and payload.get("reason") in _REASONS:
        keys.append(f"history_reason_{payload['reason']}")
    if may_be_anothers:
        keys.append("history_joined")
    return tuple(keys)


def _factors(kind: object) -> list[str]:
    """Return which ways to sign in it is about; in older records one event stands for two: `password and totp`."""
    named = kind.replace("-", "_").split(" and ") if isinstance(kind, str) else []
    return [f"history_factor_{one}" for one in named if one in _FACTORS]


def _asked_for(payload: Mapping[str, object]) -> list[str]:
    """Return what a request about data is for: to delete nobody's in particular is to close the account."""
    right = payload.get("right")
    if right not in _RIGHTS:
        return []
    is_closing = right == Right.DELETE and not payload.get("client_id")
    return ["data_right_close" if is_closing else f"data_right_{right}"]


def _how(payload: Mapping[str, object]) -> list[str]:
    """Return how somebody proved who they are, and that another device confirmed it."""
    amr = payload.get("amr")
    methods = tuple(str(one) for one in amr) if isinstance(amr, list | tuple) else ()
    keys = []
    if payload.get("idp") == "national":
        keys.append("history_by_national")
    elif payload.get("idp") == "haiphong":
        keys += _locally(methods)
    if is_cross_device(methods):
        keys.append("history_by_other_device")
    return keys


def _locally(methods: tuple[str, ...]) -> list[str]:
    if is_passkey(methods):
        return ["history_by_passkey"]
    if "pwd" not in methods:
        return [key for value, key in _SENT.items() if value in methods]
    return [key for value, key in _WITH_PASSWORD.items() if value in methods] or ["history_by_haiphong"]


def _stood_out(payload: Mapping[str, object]) -> list[str]:
    """Return what stood out and what followed, of the closed vocabularies alone (idp/risk/model.py)."""
    signals, outcomes = payload.get("signals"), payload.get("outcomes")
    found = [f"signal_{one.value}" for one in Signal if isinstance(signals, dict) and one.value in signals]
    found += [
        f"outcome_{one.value}"
        for one in Outcome
        if isinstance(outcomes, list | tuple) and one.value in outcomes
    ]
    return [f"history_{one.replace('-', '_')}" for one in found]
