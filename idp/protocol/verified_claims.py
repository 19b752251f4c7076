"""Verified claims: what a relying party asks for and what it is told – OpenID Identity Assurance Schema 1.0 §5, OpenID
Connect for Identity Assurance 1.0 §5. Pure.

A request that can't be met is no error: a claim whose value is not the one asked for is left out, and so is everything
where the verification is not the one asked for, or where nothing is left. What is unknown, essential or not, is passed
over, and so is a request of no known form. Nothing of the verification is told that was not asked for, but the trust
framework.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.protocol.scopes import CLAIM_SCOPE

NAME = "verified_claims"
TRUST_FRAMEWORK = "vn_vneid"
"""Accounts of the national system (Decree 69/2024)."""
ASSURANCE_LEVEL = "level_02"
"""Enrolled in person, with card, fingerprints and portrait."""
EVIDENCE_TYPE = "electronic_record"
"""The national system answers from its population register: neither a document that we have seen, nor a credential that
the person has presented to us."""
RECORD_TYPE = "population_register"
CLAIMS = (
    "name",
    "family_name",
    "middle_name",
    "given_name",
    "gender",
    "birthdate",
    "address",
    "vn_id_number",
    "age_over_14",
    "age_over_16",
    "age_over_18",
    "resident_of_commune",
)
"""What the register knows; phone and e-mail are not proved there."""

_RECORD: Mapping[str, object] = {
    "type": RECORD_TYPE,
    "source": {"name": "Cơ sở dữ liệu quốc gia về dân cư", "country_code": "VN"},
}
_ASKABLE = ("trust_framework", "assurance_level", "time", "evidence")
_DEEPEST = 9
_CONSTRAINTS = frozenset({"essential", "value", "values", "max_age", "purpose"})


class _Unmet(Exception):
    """What is asked for is not what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One claim that the register vouches for, and when it did."""

    value: object = field(repr=False)
    at: datetime


def parse(requested: object) -> str:
    """Return the request in the form that grants keep, empty where nothing is asked for that there is."""
    many = requested if isinstance(requested, list) else [requested]
    known = [one for one in map(_known, many) if one is not None]
    return _text(known if isinstance(requested, list) else known[0]) if known else ""


def names_in(kept: str) -> tuple[str, ...]:
    """Return the claims a kept request asks for."""
    return tuple(dict.fromkeys(name for one in _requests(kept) for name in one["claims"]))


def allowed(kept: str, scopes: frozenset[str]) -> str:
    """Return the request without the claims whose scope is not among these."""
    if not kept:
        return ""
    asked = json.loads(kept)
    many = asked if isinstance(asked, list) else [asked]
    left = [
        {**one, "claims": {name: wanted for name, wanted in one["claims"].items() if _opens(name, scopes)}}
        for one in many
    ]
    return parse(left if isinstance(asked, list) else left[0])


def build(kept: str, verified: Mapping[str, Verified], *, now: datetime) -> dict[str, object]:
    """Return the `verified_claims` member that answers a kept request, or nothing."""
    if not kept:
        return {}
    answers = [answer for one in _requests(kept) if (answer := _answer(one, verified, now)) is not None]
    if not answers:
        return {}
    return {NAME: answers if isinstance(json.loads(kept), list) else answers[0]}


def _opens(name: str, scopes: frozenset[str]) -> bool:
    return CLAIM_SCOPE[name].name in scopes


def _known(requested: object) -> dict[str, object] | None:
    """Return what of one request is known, None if it asks for nothing or has no known form."""
    if not isinstance(requested, dict):
        return None
    verification, claims = requested.get("verification"), requested.get("claims")
    if not isinstance(verification, dict) or not isinstance(claims, dict):
        return None
    wanted = {name: claims[name] for name in CLAIMS if name in claims and _is_request(claims[name])}
    asked = {name: verification[name] for name in _ASKABLE if name in verification}
    if not _is_shallow([wanted, asked], _DEEPEST):
        return None
    return {"verification": asked, "claims": wanted} if wanted else None


def _is_shallow(value: object, levels: int) -> bool:
    """Tell whether nothing lies deeper than any answer of ours."""
    if not isinstance(value, dict | list):
        return True
    members = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_shallow(member, levels - 1) for member in members)


def _is_request(wanted: object) -> bool:
    return wanted is None or isinstance(wanted, dict)


def _requests(kept: str) -> list[dict[str, dict[str, object]]]:
    if not kept:
        return []
    asked = json.loads(kept)
    return asked if isinstance(asked, list) else [asked]


def _answer(
    request: Mapping[str, Mapping[str, object]], verified: Mapping[str, Verified], now: datetime
) -> dict[str, object] | None:
    claims: dict[str, object] = {}
    times = []
    for name, wanted in request["claims"].items():
        if name not in verified or not _is_young(request["verification"].get("time"), verified[name].at, now):
            continue
        try:
            claims[name] = _select(wanted, verified[name].value)
        except _Unmet:
            continue
        times.append(verified[name].at)
    if not claims:
        return None
    there: dict[str, object] = {
        "trust_framework": TRUST_FRAMEWORK,
        "assurance_level": ASSURANCE_LEVEL,
        "time": min(times).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "evidence": [{"type": EVIDENCE_TYPE, "record": _RECORD}],
    }
    try:
        told = {name: _select(wanted, there[name]) for name, wanted in request["verification"].items()}
    except _Unmet:
        return None
    return {"verification": {"trust_framework": TRUST_FRAMEWORK, **told}, "claims": claims}


def _is_young(wanted: object, at: datetime, now: datetime) -> bool:
    """Tell whether a statement is no older than asked for (`max_age`, seconds); one of no known form is not met."""
    if not isinstance(wanted, dict) or "max_age" not in wanted:
        return True
    most = wanted["max_age"]
    if isinstance(most, bool) or not isinstance(most, int) or most < 0:
        return False
    return (now - at) // timedelta(seconds=1) <= most


def _select(wanted: object, there: object) -> object:
    """Return what is asked for of what there is, or raise _Unmet; what it has not is passed over."""
    if wanted is None:
        return there
    if isinstance(there, list):
        return _select_any(wanted, there)
    if not isinstance(wanted, dict):
        raise _Unmet
    if wanted.keys() <= _CONSTRAINTS:
        if not _is_wanted(wanted, there):
            raise _Unmet
        return there
    if not isinstance(there, dict):
        raise _Unmet
    return {name: _select(one, there[name]) for name, one in wanted.items() if name in there}


def _select_any(wanted: object, there: Iterable[object]) -> list[object]:
    """Return the members that meet one of the filters: they are linked by a logical or (§5)."""
    if isinstance(wanted, dict) and wanted.keys() <= {"essential", "purpose"}:
        return list(there)
    if not isinstance(wanted, list):
        raise _Unmet
    found = []
    for member in there:
        for one in wanted:
            try:
                found.append(_select(one, member))
            except _Unmet:
                continue
            break
    if not found:
        raise _Unmet
    return found


def _is_wanted(wanted: Mapping[str, object], there: object) -> bool:
    if "value" in wanted and not _is_same(wanted["value"], there):
        return False
    values = wanted.get("values")
    if "values" in wanted:
        return isinstance(values, list) and any(_is_same(value, there) for value in values)
    return True


def _is_same(one: object, other: object) -> bool:
    """Tell whether two JSON values are one; `true` is no number."""
    return _text(one) == _text(other)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
