"""What must happen next in an authorization – the heart: one pure decision (OpenID Connect Core §3.1.2.3–3.1.2.6).

`next_step` asks for facts by `Load` until it can decide. Pages never decide; they satisfy a step and come back.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, Literal

from idp.ids import PersonId
from idp.protocol import verified_claims
from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr, in_words_of, is_cross_device, is_passkey, strongest, weakest
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.claims import allowed_claims
from idp.protocol.context import (
    CHOOSE,
    POWERS,
    Choice,
    Chosen,
    asks_for_whom,
    choose,
    chosen_before,
    realm_of,
    seen,
)
from idp.protocol.errors import AccountSelectionRequired, ConsentRequired, LoginRequired, ProtocolError
from idp.protocol.facts import ClientFacts, ConsentFacts, LocalLogin, Realm, SessionFacts
from idp.protocol.profiles import rules_of
from idp.protocol.scopes import CLAIM_SCOPE, SCOPES, LegalBasis, least_acr


class Unknown(Enum):
    """A fact nobody has looked up yet."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

ASKING_AGAIN = frozenset({"login", "select_account", "create"})
"""Values of prompt that no session from before the request answers (Core §3.1.2.1; User Registration §4.1)."""

PROOF_COUNTS = timedelta(minutes=10)
"""In a session whose sign-in stood out, so long a proof counts for what is above low."""
HASTE = timedelta(minutes=10)
"""So soon after a first sign-in in a browser, level high at a service new to the person is proved for that request."""

HIGH_LASTS: Final = timedelta(minutes=10)
"""High is proved for an act: a session counts as high for requests begun so soon after its sign-in (adr/0052).

Twelve hours, and fifteen minutes without use, are the most SP 800-63B-4 §5 allows at its third level.
"""
STEPPING_UP: Final = frozenset({"step-up", "level"})
"""Reasons of a sign-in by who is signed in: they have still to prove more, or have just proved too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known so far. `subject` is the session's person in this client's sector."""

    client: ClientFacts
    session: SessionFacts | Literal[Unknown.UNKNOWN] | None = UNKNOWN
    subject: str | Literal[Unknown.UNKNOWN] | None = UNKNOWN
    subject_person: PersonId | None = None
    """Whose `subject` is: the session's person, or a ward of theirs."""
    choices: tuple[Choice, ...] | Literal[Unknown.UNKNOWN] = UNKNOWN
    """For whom the session's person may act."""
    chosen: Chosen | None = None
    """For whom they chose to act at this client, last in this session."""
    answered: str | None = None
    """The choice they made in this very interaction."""
    consent: ConsentFacts | Literal[Unknown.UNKNOWN] = UNKNOWN
    consent_given_now: bool = False
    """The person has just answered the consent page of this very interaction."""
    knows_service: bool | Literal[Unknown.UNKNOWN] = UNKNOWN
    """The session's person used this client before they first signed in in this browser."""
    upstream_down: bool = False
    """City credentials may stand in for the national system now: it is down, and this deployment allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Look this fact up and ask again."""

    name: Literal["session", "service", "subject", "context", "consent"]
    choice: Choice | None = None
    """For whom, where consent is looked up: a ward's is the ward's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Somebody must prove who they are, at this level; `reason` picks the words."""

    acr: Acr
    reason: Literal["", "again", "select", "level", "step-up", "other-person"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseContext:
    """The person must say for whom they act (DESIGN 5.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The person must be told (public task) or asked (consent) about these scopes."""

    scopes: tuple[str, ...]
    choice: Choice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Everything is settled: issue the code, for these scopes and single claims and no others."""

    session: SessionFacts
    scopes: frozenset[str]
    acr: Acr
    acr_told: str = ""
    """What the ID token calls the level where the request insists on names of its own; empty: by our name."""
    userinfo_claims: tuple[str, ...] = ()
    id_token_claims: tuple[str, ...] = ()
    verified_userinfo: str = ""
    verified_id_token: str = ""
    choice: Choice | None = None
    """For whom; None at a client that does not ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """It can't be done; the error goes to the relying party."""

    error: ProtocolError = field(compare=False)


Step = Load | SignIn | ChooseContext | Consent | Issue | Refuse


def next_step(request: AuthorizationRequest, facts: Facts, *, now: datetime) -> Step:
    """Decide; the first unmet condition wins.

    A silent request (prompt=none) is told which it was and no more: login_required or consent_required (Core §3.1.2.6).
    """
    if facts.session is UNKNOWN:
        return Load(name="session")
    step = _sign_in_step(request, facts, facts.session, now=now)
    if isinstance(step, SessionFacts):
        step = _ask_more(request, facts, step, now=now)
    if isinstance(step, SignIn) and request.is_silent:
        return Refuse(error=LoginRequired("no session that satisfies this request"))
    if isinstance(step, SignIn | Load):
        return step
    settled = _context_step(request, facts, step)
    if isinstance(settled, Load) or (isinstance(settled, ChooseContext) and not request.is_silent):
        return settled
    choice = None if isinstance(settled, ChooseContext) else settled
    if facts.consent is UNKNOWN:
        return Load(name="consent", choice=choice)
    open_scopes = _open_scopes(request, facts, facts.consent, choice)
    if open_scopes and request.is_silent:  # first: else who was told nothing yet tells for whom they act
        return Refuse(error=ConsentRequired("the person must be told or asked first"))
    if isinstance(settled, ChooseContext):
        return Refuse(error=AccountSelectionRequired("the person must say for whom they act"))
    if open_scopes:
        return Consent(scopes=open_scopes, choice=choice)
    granted = _granted_scopes(request, facts, facts.consent)
    acr = _counts_for(request, facts, step)
    return Issue(
        session=step,
        scopes=_scopes_of(step, choice, frozenset(request.scopes) & granted),
        acr=acr,
        acr_told=in_words_of(request.claims.acr_names, acr),  # Core §5.5.1.1
        userinfo_claims=allowed_claims(request.claims.userinfo, granted),
        id_token_claims=allowed_claims(request.claims.id_token, granted),
        verified_userinfo=verified_claims.allowed(request.claims.verified_userinfo, granted),
        verified_id_token=verified_claims.allowed(request.claims.verified_id_token, granted),
        choice=choice,
    )


def _context_step(
    request: AuthorizationRequest, facts: Facts, session: SessionFacts
) -> Load | ChooseContext | Choice | None:
    """Return for whom the person acts, None at a client that does not ask; else what is missing."""
    if not asks_for_whom(facts.client):
        return None
    if facts.choices is UNKNOWN:
        return Load(name="context")
    chosen = chosen_before(request.started_at, facts.chosen)
    choice = choose(
        facts.choices,
        facts.client,
        org_hint=request.org_hint,
        ctx_hint=None if request.ctx_hint == CHOOSE else request.ctx_hint,
        answered=facts.answered,
        chosen=chosen,
        asks_anew=request.ctx_hint == CHOOSE or "select_account" in request.prompt,
        person_id=session.person_id,
        subject=None if request.expected_sub is None else facts.subject_person,
    )
    is_shown = POWERS in wanted_scopes(request) and is_told(POWERS, facts.client)
    return seen(choice, facts.answered, chosen, is_shown=is_shown) or ChooseContext()


def required_acr(request: AuthorizationRequest, client: ClientFacts) -> Acr:
    """Return the least level that satisfies this request: the weakest asked for, the client's own or the profile's.

    Never less than the registry asks for one of its scopes.
    """
    asked = weakest(request.acr_values) if request.acr_values else usual_acr(client)
    return strongest((asked, _least_acr(request, client)))


def usual_acr(client: ClientFacts) -> Acr:
    """Return the level of a request that names none: the client's own or the profile's."""
    return client.default_acr or rules_of(client).default_acr


def usable_acr(session: SessionFacts, client: ClientFacts, *, upstream_down: bool) -> Acr:
    """Return the level this session counts for at this client: city credentials never above what it takes.

    Above low only in place of the national system while it is down, at a client that accepts that, and never above
    substantial. Officials have no other credentials (DESIGN 5.16). A passkey counts in full where it is kept.
    """
    if client.takes_passkeys and is_passkey(session.amr):
        return session.acr
    if session.idp != "haiphong" or realm_of(client) is Realm.OFFICIAL:
        return session.acr
    if session.degraded and upstream_down and client.accept_degraded:
        return weakest((session.acr, Acr.SUBSTANTIAL))
    return Acr.LOW


def _counts_for(request: AuthorizationRequest, facts: Facts, session: SessionFacts) -> Acr:
    """Return the level this session counts for in this request: high only while that is fresh."""
    usable = usable_acr(session, facts.client, upstream_down=facts.upstream_down)
    is_past = request.started_at - session.auth_time > HIGH_LASTS
    return weakest((usable, Acr.SUBSTANTIAL)) if is_past else usable


def _scopes_of(session: SessionFacts, choice: Choice | None, scopes: frozenset[str]) -> frozenset[str]:
    """Return what is issued: nothing that outlives a session at a public computer, or still to be proved upstream.

    Nothing that writes for an archive.
    """
    scopes = frozenset(name for name in scopes if not is_beyond(name, choice))
    return scopes - {"offline_access"} if session.degraded or session.is_public else scopes


def is_beyond(scope: str, choice: Choice | None) -> bool:
    """Tell whether a scope opens more than this choice reaches: an archive is read (adr/0041)."""
    is_archive = choice is not None and choice.kind is ContextKind.ARCHIVE
    return is_archive and SCOPES[scope].writes


def wanted_scopes(request: AuthorizationRequest) -> tuple[str, ...]:
    """Return the scopes asked for, those behind singly requested claims included."""
    single = [CLAIM_SCOPE[claim].name for claim in request.claims.names]
    return tuple(dict.fromkeys((*request.scopes, *single)))


def _sign_in_step(
    request: AuthorizationRequest, facts: Facts, session: SessionFacts | None, *, now: datetime
) -> SignIn | Load | SessionFacts:
    """Return the session if it will do, else the fact or the sign-in that is missing."""
    required = required_acr(request, facts.client)
    if session is None or not takes_session(facts.client, session, upstream_down=facts.upstream_down):
        return SignIn(acr=required, reason="select" if "select_account" in request.prompt else "")
    is_fresh = session.auth_time >= request.started_at
    if not is_fresh and request.prompt & ASKING_AGAIN:
        return SignIn(acr=required, reason="select" if "select_account" in request.prompt else "again")
    if not is_fresh and _is_too_old(session, request.max_age, now):
        return SignIn(acr=required, reason="again")
    if request.expected_sub is not None:
        if facts.subject is UNKNOWN:
            return Load(name="subject")
        if facts.subject != request.expected_sub:
            return SignIn(acr=required, reason="other-person")
    usable = _counts_for(request, facts, session)
    binds = usable.rank < _binding_acr(request, facts.client).rank
    if binds:
        return SignIn(acr=required, reason="level" if is_fresh else "step-up")
    if usable.rank < required.rank and not is_fresh:  # a wish: whatever the next sign-in comes to will do
        return SignIn(acr=required, reason="again")
    return session


def _ask_more(
    request: AuthorizationRequest, facts: Facts, session: SessionFacts, *, now: datetime
) -> SignIn | Load | SessionFacts:
    """Ask for a fresh proof where the session's sign-in stood out, or this would be too hasty an act.

    It only ever asks for more than the level, and whoever proves it goes on (idp/risk/rules.py).
    """
    required = required_acr(request, facts.client)
    if session.auth_time >= request.started_at:
        return session
    if session.asks_more and required is not Acr.LOW and now - session.auth_time > PROOF_COUNTS:
        return SignIn(acr=required, reason="again")
    if is_hasty(request, facts.client, session, now=now):
        if facts.knows_service is UNKNOWN:
            return Load(name="service")
        if not facts.knows_service:
            return SignIn(acr=required, reason="again")
    return session


def is_hasty(
    request: AuthorizationRequest, client: ClientFacts, session: SessionFacts, *, now: datetime
) -> bool:
    """Tell whether level high is asked for in a browser that was new to the person a moment ago."""
    is_new = session.device_since is not None and now - session.device_since < HASTE
    return is_new and required_acr(request, client) is Acr.HIGH


def takes_session(client: ClientFacts, session: SessionFacts, *, upstream_down: bool) -> bool:
    """Tell whether the client takes this session now; one begun while the system was down, only as long as it is.

    Our own pages, where people keep how they sign in, take none that was confirmed on another device (adr/0047).
    """
    if client.is_own and is_cross_device(session.amr):
        return False
    if session.idp != "haiphong" or (client.takes_passkeys and is_passkey(session.amr)):
        return True
    if not takes_city_credentials(client, upstream_down=upstream_down):
        return False
    is_usual = realm_of(client) is Realm.OFFICIAL or client.local_login is LocalLogin.LOW
    return is_usual or session.degraded


def _is_too_old(session: SessionFacts, max_age: int | None, now: datetime) -> bool:
    return max_age is not None and now - session.auth_time > timedelta(seconds=max_age)


def _binding_acr(request: AuthorizationRequest, client: ClientFacts) -> Acr:
    """Return the level nothing is issued below, however fresh the sign-in."""
    if request.acr_essential or rules_of(client).acr_values_bind:
        return required_acr(request, client)
    return _least_acr(request, client)


def _least_acr(request: AuthorizationRequest, client: ClientFacts) -> Acr:
    """Return the level the registry asks for what this request would open."""
    return least_acr(wanted_scopes(request), client.scopes)


def takes_city_credentials(client: ClientFacts, *, upstream_down: bool) -> bool:
    """Tell whether the client takes a sign-in with city credentials now; officials have no others (DESIGN 5.16)."""
    if realm_of(client) is Realm.OFFICIAL:
        return True
    return client.local_login is LocalLogin.LOW or (
        client.local_login is LocalLogin.DEGRADED and upstream_down
    )


def _open_scopes(
    request: AuthorizationRequest, facts: Facts, consent: ConsentFacts, choice: Choice | None
) -> tuple[str, ...]:
    """Return the scopes the person has still to be told of or asked about."""
    told = (name for name in wanted_scopes(request) if is_told(name, facts.client))
    wanted = tuple(name for name in told if not is_beyond(name, choice) and _may_send(name, facts, consent))
    if "consent" in request.prompt and not facts.consent_given_now:
        return wanted or ("openid",)
    return tuple(name for name in wanted if name not in consent.scopes)


def _granted_scopes(request: AuthorizationRequest, facts: Facts, consent: ConsentFacts) -> frozenset[str]:
    """Return the scopes that may be released: those agreed to or told of, and those nobody is told of."""
    registered = facts.client.scopes.intersection(wanted_scopes(request))
    untold = frozenset(name for name in registered if not is_told(name, facts.client))
    granted = frozenset(name for name in registered & consent.granted if _may_send(name, facts, consent))
    return untold | granted


def _may_send(scope: str, facts: Facts, consent: ConsentFacts) -> bool:
    """Tell whether a restriction leaves a scope alone: public tasks go on, consent does not count (adr/0049)."""
    return not consent.is_restricted or facts.client.basis_of(scope) is not LegalBasis.CONSENT


def is_told(scope: str, client: ClientFacts) -> bool:
    """Tell whether a scope is anything to tell or ask: it sends data, or the law leaves it to the person.

    A public task that sends nothing (to let the data store read its own shelves, say) needs no page.
    """
    if scope not in client.scopes or scope == "openid":
        return False
    return bool(SCOPES[scope].claims) or client.basis_of(scope) is LegalBasis.CONSENT
