"""The token request – RFC 6749 §4.1.3, §6; OpenID Connect Core §3.1.3.1, §12. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from idp.protocol.errors import InvalidGrant, InvalidRequest, InvalidScope
from idp.protocol.facts import ClientFacts, CodeFacts
from idp.protocol.scopes import parse_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRequest:
    """A request for the authorization_code grant."""

    code: str = field(repr=False)
    redirect_uri: str
    code_verifier: str | None = field(repr=False)
    resource: str | None
    """As sent; `resource.check_target` says whether it may be had (RFC 8707 §2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRequest:
    """A request for the refresh_token grant."""

    refresh_token: str = field(repr=False)
    scopes: tuple[str, ...]
    resource: str | None
    """As sent, as above."""


def parse_form(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Take each parameter once (RFC 6749 §3.2); an empty value counts as not sent; letter case does not hide a twin."""
    values: dict[str, str] = {}
    seen: set[str] = set()
    for name, value in pairs:
        folded = name.lower()
        if folded in seen:
            raise InvalidRequest("a parameter was sent more than once")
        seen.add(folded)
        if value:
            values[name] = value
    return values


def parse_code_request(form: Mapping[str, str]) -> CodeRequest:
    """Return the parameters of the code grant or name the one that is missing (§4.1.3)."""
    return CodeRequest(
        code=_required(form, "code"),
        redirect_uri=_required(form, "redirect_uri"),
        code_verifier=form.get("code_verifier"),
        resource=form.get("resource"),
    )


def parse_refresh_request(form: Mapping[str, str]) -> RefreshRequest:
    """Return the parameters of the refresh grant or name the one that is missing (§6)."""
    return RefreshRequest(
        refresh_token=_required(form, "refresh_token"),
        scopes=parse_scope(form.get("scope", "")),
        resource=form.get("resource"),
    )


def check_code(code: CodeFacts, client: ClientFacts, *, redirect_uri: str, now: datetime) -> None:
    """Refuse unless the code is this client's, unexpired, and asked for with the same redirect_uri (§4.1.3)."""
    if code.client_id != client.client_id:
        raise InvalidGrant("code is unknown, spent or expired", detail="issued to another client")
    if code.redirect_uri != redirect_uri:
        raise InvalidGrant("redirect_uri is not the one of the authorization request")
    if now >= code.expires_at:
        raise InvalidGrant("code is unknown, spent or expired", detail="expired")


def narrow_scopes(asked: tuple[str, ...], granted: frozenset[str]) -> frozenset[str]:
    """Return the scopes of the new access token: those asked for, never more than granted (§6)."""
    if not asked:
        return granted
    if not granted.issuperset(asked):
        raise InvalidScope("scope is wider than what was granted")
    return frozenset(asked)


def _required(form: Mapping[str, str], name: str) -> str:
    value = form.get(name)
    if value is None:
        raise InvalidRequest(f"{name} is required")
    return value
