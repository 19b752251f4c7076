"""What must happen next in an authorization – the heart: one pure decision (OpenID Connect Core §3.1.2.3–3.1.2.6).

`next_step` asks for facts by `Load` until it can decide. Pages never decide; they satisfy a step and come back.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, Literal

from idp.protocol.assurance import Acr, weakest
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.errors import (
    AccountSelectionRequired,
    ConsentRequired,
    LoginRequired,
    ProtocolError,
    UnmetAuthenticationRequirements,
)
from idp.protocol.facts import ClientFacts, ConsentFacts, LocalLogin, SessionFacts
from idp.protocol.registration import PROFILES
from idp.protocol.scopes import CLAIM_SCOPE, SCOPES


class Unknown(Enum):
    """A fact nobody has looked up yet."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known so far. `subject` is the session's person in this client's sector."""

    client: ClientFacts
    session: SessionFacts | None | Literal[Unknown.UNKNOWN] = UNKNOWN
    subject: str | None | Literal[Unknown.UNKNOWN] = UNKNOWN
    consent: ConsentFacts | Literal[Unknown.UNKNOWN] = UNKNOWN
    consent_given_now: bool = False
    """The person has just answered the consent page of this very interaction."""
    upstream_down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Look this fact up and ask again."""

    name: Literal["session", "subject", "consent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Somebody must prove who they are, at this level; `reason` picks the words."""

    acr: Acr
    reason: Literal["", "again", "select", "level", "other-person"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The person must be told (public task) or asked (consent) about these scopes."""

    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Everything is settled: issue the code."""

    session: SessionFacts
    scopes: frozenset[str]
    acr: Acr


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """It can't be done; the error goes to the relying party."""

    error: ProtocolError = field(compare=False)


Step = Load | SignIn | Consent | Issue | Refuse


def next_step(request: AuthorizationRequest, facts: Facts, *, now: datetime) -> Step:
    """Decide; the first unmet condition wins."""
    if facts.session is UNKNOWN:
        return Load(name="session")
    step = _sign_in_step(request, facts, now=now)
    if step is not None:
        return _silently(step) if request.is_silent else step
    session = facts.session
    assert session is not None  # noqa: S101 - _sign_in_step returned SignIn otherwise
    if facts.consent is UNKNOWN:
        return Load(name="consent")
    open_scopes = _open_scopes(request, facts, facts.consent)
    if open_scopes:
        return Refuse(error=ConsentRequired("the person must be told or asked first")) if request.is_silent else (
            Consent(scopes=open_scopes)
        )
    granted = facts.consent.granted | {"openid"}
    return Issue(
        session=session,
        scopes=frozenset(request.scopes) & granted,
        acr=usable_acr(session, facts.client),
    )


def required_acr(request: AuthorizationRequest, client: ClientFacts) -> Acr:
    """Return the least level that satisfies this request: the weakest asked for, the client's own, the profile's."""
    if request.acr_values:
        return weakest(request.acr_values)
    return client.default_acr or PROFILES[client.profile].default_acr


def usable_acr(session: SessionFacts, client: ClientFacts) -> Acr:
    """Return the level this session counts for at this client: city credentials never above what it takes."""
    if session.idp == "haiphong" and client.local_login is LocalLogin.LOW:
        return Acr.LOW
    return session.acr


def wanted_scopes(request: AuthorizationRequest) -> tuple[str, ...]:
    """Return the scopes asked for, those behind singly requested claims included."""
    single = (CLAIM_SCOPE[claim].name for claim in (*request.claims.userinfo, *request.claims.id_token))
    return tuple(dict.fromkeys((*request.scopes, *single)))


def _sign_in_step(request: AuthorizationRequest, facts: Facts, *, now: datetime) -> SignIn | Load | None:
    required = required_acr(request, facts.client)
    session = facts.session
    if session is None or isinstance(session, Unknown) or not (
        session.idp != "haiphong" or takes_city_credentials(facts.client, upstream_down=facts.upstream_down)
    ):
        return SignIn(acr=required, reason="select" if "select_account" in request.prompt else "")
    is_fresh = session.auth_time >= request.started_at
    if not is_fresh and request.prompt & {"login", "select_account"}:
        return SignIn(acr=required, reason="select" if "select_account" in request.prompt else "again")
    if not is_fresh and request.max_age is not None and now - session.auth_time > timedelta(seconds=request.max_age):
        return SignIn(acr=required, reason="again")
    if request.expected_sub is not None:
        if facts.subject is UNKNOWN:
            return Load(name="subject")
        if facts.subject != request.expected_sub:
            return SignIn(acr=required, reason="other-person")
    binding = request.acr_essential or PROFILES[facts.client.profile].acr_values_bind
    if usable_acr(session, facts.client).rank < required.rank and (binding or not is_fresh):
        return SignIn(acr=required, reason="level" if is_fresh else "again")
    return None


def takes_city_credentials(client: ClientFacts, *, upstream_down: bool) -> bool:
    """Tell whether the client takes a sign-in with city credentials now (DESIGN 5.16)."""
    return client.local_login is LocalLogin.LOW or (client.local_login is LocalLogin.DEGRADED and upstream_down)


def _silently(step: SignIn | Load) -> Step:
    """Turn a sign-in into the error prompt=none asks for."""
    if isinstance(step, Load):
        return step
    if step.reason == "select":
        return Refuse(error=AccountSelectionRequired("an account must be chosen"))
    if step.reason == "level":
        return Refuse(error=UnmetAuthenticationRequirements("the level asked for can't be reached silently"))
    return Refuse(error=LoginRequired("no session that satisfies this request"))


def _open_scopes(request: AuthorizationRequest, facts: Facts, consent: ConsentFacts) -> tuple[str, ...]:
    """Return the scopes the person has still to be told of or asked about."""
    wanted = tuple(
        name
        for name in wanted_scopes(request)
        if name != "openid" and name in facts.client.scopes and name in SCOPES
    )
    if "consent" in request.prompt and not facts.consent_given_now:
        return wanted or ("openid",)
    return tuple(name for name in wanted if name not in consent.scopes)
