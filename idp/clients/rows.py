"""A client's registered facts as the text of a row and back. Pure.

`enabled` is a column of its own, which statements read. Keys of another release, newer or older, do no harm.
"""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from idp.clients.model import UnreadableRegistration
from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr
from idp.protocol.facts import ClientFacts, LocalLogin, Profile
from idp.protocol.scopes import LegalBasis


def client_text(facts: ClientFacts) -> str:
    """Return everything but `enabled` as text."""
    return _dumped({name: getattr(facts, name) for name in _FIELDS})


def saying(field: str, value: str) -> str:
    """Return what stands in the text of a row whose field has this value."""
    return _dumped({field: value})[1:-1]


def _dumped(values: dict[str, Any]) -> str:
    return json.dumps(values, default=sorted, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def client_facts(text: str, *, enabled: bool) -> ClientFacts:
    """Return the facts of a row, or raise UnreadableRegistration."""
    try:
        kept = json.loads(text)
        values = {name: _READ.get(name, _as_it_is)(kept[name]) for name in _FIELDS & kept.keys()}
        return ClientFacts(**values, enabled=enabled)
    except (ValueError, TypeError, AttributeError) as error:
        raise UnreadableRegistration(f"{type(error).__name__}: {error}") from error


def _as_it_is(value: Any) -> Any:
    return value


def _acr(value: str | None) -> Acr | None:
    return None if value is None else Acr(value)


def _bases(value: dict[str, str]) -> dict[str, LegalBasis]:
    return {scope: LegalBasis(basis) for scope, basis in value.items()}


def _contexts(value: list[str]) -> tuple[ContextKind, ...]:
    return tuple(ContextKind(one) for one in value)


_FIELDS = frozenset(field.name for field in fields(ClientFacts)) - {"enabled"}
_READ: dict[str, Callable[[Any], Any]] = {
    "profile": Profile,
    "redirect_uris": tuple,
    "post_logout_redirect_uris": tuple,
    "request_uris": tuple,
    "grant_types": tuple,
    "response_types": tuple,
    "contacts": tuple,
    "scopes": frozenset,
    "legal_basis": _bases,
    "audiences": tuple,
    "protected_resources": tuple,
    "default_acr": _acr,
    "local_login": LocalLogin,
    "subject_contexts": _contexts,
    "services": tuple,
}
