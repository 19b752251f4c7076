"""Grants, codes and requests as the text of a row and back. Pure.

What is searched has columns of its own; what is read back is one JSON text. A text of an older release lacks
newer keys, one of a newer release has more: both are read.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from idp.grants.model import StoredRequest
from idp.protocol.acting import ContextKind, GrantContext, MandateFacts, OrganisationFacts, PostFacts
from idp.protocol.assurance import Acr
from idp.protocol.facts import CodeFacts, GrantFacts

Part = TypeVar("Part", OrganisationFacts, MandateFacts, PostFacts)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def grant_text(facts: GrantFacts) -> str:
    """Return a grant as text: whole, so that one column gives it back to a statement about another table."""
    values = ((name, getattr(facts, name), default) for name, default in _DEFAULTS)
    return _dump({name: value for name, value, default in values if value != default})


def grant_facts(text: str) -> GrantFacts:
    """Return the grant of a row."""
    kept = json.loads(text)
    return GrantFacts(
        **{name: _READ.get(name, _as_it_is)(kept[name]) for name in _GRANT_FIELDS & kept.keys()}
    )


def code_text(facts: CodeFacts) -> str:
    """Return what the request bound to the code."""
    return _dump(
        {
            "redirect_uri": facts.redirect_uri,
            "code_challenge": facts.code_challenge,
            "nonce": facts.nonce,
            "scopes": facts.scopes,
        }
    )


def code_facts(text: str, *, grant: GrantFacts, expires_at: datetime, spent_at: datetime | None) -> CodeFacts:
    """Return the code of a row."""
    kept = json.loads(text)
    return CodeFacts(
        grant=grant,
        client_id=grant.client_id,
        redirect_uri=kept["redirect_uri"],
        code_challenge=kept.get("code_challenge"),
        nonce=kept.get("nonce"),
        expires_at=expires_at,
        spent_at=spent_at,
        scopes=frozenset(kept["scopes"]),
    )


def request_text(request: StoredRequest) -> str:
    """Return a request at rest as text, to be sealed."""
    return _dump({"values": request.values, "hinted_sub": request.hinted_sub, "is_signed": request.is_signed})


def stored_request(text: str) -> StoredRequest:
    """Return the request of a row."""
    kept = json.loads(text)
    return StoredRequest(
        values=kept["values"], hinted_sub=kept["hinted_sub"], is_signed=kept.get("is_signed", False)
    )


def _dump(values: dict[str, object]) -> str:
    return _ENCODER.encode(values)


def _plain(value: object) -> object:
    """Write what JSON has no form for: scopes as a list in order, moments as microseconds since 1970."""
    if isinstance(value, datetime):
        return (value - _EPOCH) // _MICROSECOND
    if isinstance(value, frozenset):
        return sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"no form for {type(value).__name__}")


def _as_it_is(value: Any) -> Any:
    return value


def _moment(value: int) -> datetime:
    return _EPOCH + value * _MICROSECOND


def _context(kept: dict[str, Any]) -> GrantContext:
    return GrantContext(
        kind=ContextKind(kept["kind"]),
        context_id=kept["context_id"],
        principal_id=kept["principal_id"],
        organisation=_part(OrganisationFacts, kept.get("organisation")),
        mandate=_part(MandateFacts, kept.get("mandate")),
        post=_part(PostFacts, kept.get("post")),
        actor_sub=kept.get("actor_sub", ""),
    )


def _part(kind: type[Part], kept: dict[str, Any] | None) -> Part | None:
    if kept is None:
        return None
    names = {one.name for one in fields(kind)}
    return kind(
        **{name: _PART_READ.get(name, _as_it_is)(value) for name, value in kept.items() if name in names}
    )


def _moment_or_none(value: int | None) -> datetime | None:
    return None if value is None else _moment(value)


_ENCODER = json.JSONEncoder(default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_DEFAULTS = tuple((one.name, one.default) for one in fields(GrantFacts))
_GRANT_FIELDS = frozenset(one.name for one in fields(GrantFacts))
_PART_READ: dict[str, Callable[[Any], Any]] = {
    "services": tuple,
    "roles": tuple,
    "starts_at": _moment_or_none,
    "ends_at": _moment_or_none,
}
_READ: dict[str, Callable[[Any], Any]] = {
    "scopes": frozenset,
    "auth_time": _moment,
    "acr": Acr,
    "amr": tuple,
    "audiences": tuple,
    "userinfo_claims": tuple,
    "id_token_claims": tuple,
    "context": _context,
    "ial_at": _moment_or_none,
}
