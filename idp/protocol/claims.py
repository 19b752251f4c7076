"""The `claims` request parameter (OpenID Connect Core §5.5) and the choice of what userinfo may say (§5.4).

Unknown claims are ignored; a single claim is released exactly where its scope is registered for the client and
settled with the person. Stricter than Core: JSON that repeats a name is refused. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.protocol import verified_claims
from idp.protocol.assurance import Acr, parse_acr
from idp.protocol.errors import InvalidRequest, UnmetAuthenticationRequirements
from idp.protocol.scopes import CLAIM_SCOPE, SCOPES
from keys.jose import parse_json_object

_LONGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsRequest:
    """What the `claims` parameter asks for."""

    userinfo: tuple[str, ...] = ()
    id_token: tuple[str, ...] = ()
    acr_values: tuple[Acr, ...] = ()
    """Levels from id_token.acr.value(s)."""
    acr_essential: bool = False
    acr_names: tuple[str, ...] = ()
    """The same of an essential acr, as spelled: the ID token answers with one of them (§5.5.1.1)."""
    sub: str | None = None
    """Required subject from id_token.sub.value or userinfo.sub.value (§5.5.1)."""
    verified_userinfo: str = ""
    verified_id_token: str = ""
    """Requests for verified claims (verified_claims.py), each answered where it was made and nowhere else."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return every claim asked for, wherever."""
        verified = verified_claims.names_in
        return (
            *self.userinfo,
            *self.id_token,
            *verified(self.verified_userinfo),
            *verified(self.verified_id_token),
        )


def parse_claims(text: str | None) -> ClaimsRequest:
    """Return what is asked for, or refuse a malformed parameter."""
    if text is None:
        return ClaimsRequest()
    if len(text) > _LONGEST:
        raise InvalidRequest("claims is longer than 4096 characters")
    try:
        wanted = parse_json_object(text.encode())
    except ValueError as error:
        raise InvalidRequest("claims must be one JSON object", detail=str(error)) from error
    userinfo, id_token = _member(wanted, "userinfo"), _member(wanted, "id_token")
    verified = {name: _verified(wanted, name) for name in ("userinfo", "id_token")}
    acr = id_token.get("acr", {})
    is_essential = acr.get("essential") is True
    return ClaimsRequest(
        userinfo=tuple(name for name in userinfo if name in CLAIM_SCOPE and name != "sub"),
        id_token=tuple(name for name in id_token if name in CLAIM_SCOPE and name != "sub"),
        acr_values=_acr_values(acr),
        acr_essential=is_essential,
        acr_names=tuple(name for name in _values(acr) if parse_acr(name)) if is_essential else (),
        sub=_required_sub(id_token.get("sub", {}), userinfo.get("sub", {})),
        verified_userinfo=verified["userinfo"],
        verified_id_token=verified["id_token"],
    )


def allowed_claims(names: tuple[str, ...], scopes: frozenset[str]) -> tuple[str, ...]:
    """Return those of the singly requested claims whose scope is among these."""
    return tuple(name for name in names if CLAIM_SCOPE[name].name in scopes)


def _member(wanted: Mapping[str, object], name: str) -> dict[str, dict[str, object]]:
    member = wanted.get(name)
    if member is None:
        return {}
    if not isinstance(member, dict):
        raise InvalidRequest("claims members userinfo and id_token must be JSON objects")
    requests: dict[str, dict[str, object]] = {}
    for claim, request in member.items():
        if claim == verified_claims.NAME:
            continue
        if request is not None and not isinstance(request, dict):
            raise InvalidRequest("each requested claim must be null or a JSON object")
        requests[claim] = request or {}
    return requests


def _verified(wanted: Mapping[str, object], name: str) -> str:
    member = wanted.get(name)
    return verified_claims.parse(member.get(verified_claims.NAME)) if isinstance(member, dict) else ""


def _acr_values(request: Mapping[str, object]) -> tuple[Acr, ...]:
    """Return the levels we know; an essential acr that names none of them can't be met (§5.5.1.1)."""
    levels = tuple(level for value in _values(request) if (level := parse_acr(value)) is not None)
    if not levels and request.get("essential") is True and request.keys() & {"value", "values"}:
        raise UnmetAuthenticationRequirements("claims asks for an essential acr that is not offered")
    return levels


def _required_sub(*requests: Mapping[str, object]) -> str | None:
    """Return the one subject that is asked for; one that is asked for is never passed over (§5.5.1)."""
    named = {value for request in requests for value in _values(request)}
    if len(named) > 1 or (not named and any(request.keys() & {"value", "values"} for request in requests)):
        raise InvalidRequest("claims must name one sub, as a string")
    return next(iter(named), None)


def _values(request: Mapping[str, object]) -> tuple[str, ...]:
    values = request.get("values")
    listed = values if isinstance(values, list) else [request.get("value")]
    return tuple(value for value in listed if isinstance(value, str))


def released_claims(scopes: frozenset[str], single_claims: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names userinfo may give for these scopes and singly asked claims."""
    by_scope = (claim for name in SCOPES if name in scopes for claim in SCOPES[name].claims)
    return tuple(dict.fromkeys(claim for claim in (*by_scope, *single_claims) if claim != "sub"))


def select_claims(known: Mapping[str, object], names: tuple[str, ...]) -> dict[str, object]:
    """Return those of the known claims that are named; what a person has not is left out, never null (§5.3.2)."""
    return {name: known[name] for name in names if name in known}
