"""Deciding and ending an authorization: facts for `next_step`, then grant, code and record in one transaction.

`decide` is handed to `read`, `settle` to `transact`; they run on several stores through Tx.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.consents.model import consent_facts
from idp.database import Done, Refused
from idp.grants.model import NewCode
from idp.ids import Gid, GrantId, HandleKind, Sid, bucket_of
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.errors import LoginRequired
from idp.protocol.facts import ClientFacts, CodeFacts, GrantFacts
from idp.protocol.next_step import UNKNOWN, Facts, Issue, Load, Step, next_step
from idp.protocol.subject import sector_of
from idp.sessions.model import Session
from idp.settings import Settings
from idp.transaction import Tx
from keys.envelope import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The next step, with the session it was decided on."""

    step: Step
    session: Session | None = field(repr=False)


def decide(
    tx: Tx,
    request: AuthorizationRequest,
    client: ClientFacts,
    *,
    session_cookie: str | None,
    upstream_down: bool,
    settings: Settings,
    occasion: Occasion,
    locks_person: bool = False,
) -> Decision:
    """Ask `next_step`, looking facts up only when it asks for them."""
    facts = Facts(client=client, upstream_down=upstream_down)
    session: Session | None = None
    while True:
        step = next_step(request, facts, now=occasion.now)
        if not isinstance(step, Load):
            return Decision(step=step, session=session)
        if step.name == "session":
            session = tx.sessions.find(session_cookie) if session_cookie else None
            if session is not None and not session.is_live(occasion.now, settings.life):
                session = None
            if session is not None and locks_person:
                tx.people.lock(session.person_id)
            facts = replace(facts, session=session.facts() if session else None)
        elif step.name == "subject":
            facts = replace(facts, subject=_known_subject(tx, client, session, request.expected_sub))
        else:
            records = tx.consents.of_client(session.person_id, client.client_id) if session else ()
            answered = any(record.decided_at >= request.started_at for record in records)
            facts = replace(facts, consent=consent_facts(records), consent_given_now=answered)
        if facts.session is UNKNOWN:
            raise AssertionError("a fact was asked for and not looked up")


def _known_subject(tx: Tx, client: ClientFacts, session: Session | None, expected: str | None) -> str | None:
    """Return the expected subject if it is this person's here; a person never seen in the sector has none."""
    if session is None or expected is None:
        return None
    return expected if tx.subjects.person_of(sector_of(client), expected) == session.person_id else None


def settle(
    tx: Tx,
    request: AuthorizationRequest,
    client: ClientFacts,
    *,
    ask: Callable[[Tx], Decision],
    interaction_id: str | None,
    stored_as: str | None,
    vault: Vault,
    settings: Settings,
    occasion: Occasion,
) -> Done[Step | str] | Refused:
    """Decide, and where nothing is left to ask store grant and code and record them: return the code, else the step.

    An interaction, and a pushed request, issue one code. `ask` is `decide` with the person locked before their consents
    are read, so that a withdrawal comes wholly before or wholly after.
    """
    now = occasion.now
    decision = ask(tx)
    if not isinstance(decision.step, Issue):
        return Done(decision.step)
    issue = decision.step
    if decision.session is not None and _is_worth_touching(decision.session, occasion):
        tx.sessions.touch(issue.session.sid, now)
    if interaction_id is not None and not tx.interactions.finish(
        interaction_id, now, now + settings.life.interaction
    ):
        return Refused(LoginRequired("this interaction was finished already"))
    if stored_as is not None and not tx.pushed_requests.spend(stored_as, now):
        return Refused(LoginRequired("this request was used already, or took too long"))
    session, person_id = issue.session, issue.session.person_id
    sector = sector_of(client)
    sub = tx.subjects.sub_for(person_id, sector, vault.subject(person_id, sector))
    grant = _grant(client, issue, audience=request.audience, sub=sub, vault=vault, occasion=occasion)
    code = occasion.clock.handle(HandleKind.CODE, bucket_of(person_id))
    tx.grants.add(
        grant,
        session_id=session.sid,
        offline="offline_access" in issue.scopes,
        expires_at=now + settings.life.refresh_absolute,
        now=now,
        network=occasion.network,
    )
    facts = _code(request, grant, issue, expires_at=now + settings.life.code)
    tx.codes.add(NewCode(code=code, session_id=session.sid, facts=facts))
    tx.audit.add(
        occasion.event(
            EventType.CODE_ISSUED,
            actor=person_ref(person_id),
            person_id=person_id,
            client_id=client.client_id,
            scopes=sorted(issue.scopes),
            acr=issue.acr.value,
        )
    )
    return Done(code)


def _grant(
    client: ClientFacts,
    issue: Issue,
    *,
    audience: str,
    sub: str,
    vault: Vault,
    occasion: Occasion,
) -> GrantFacts:
    session = issue.session
    return GrantFacts(
        grant_id=GrantId(occasion.clock.token()),
        gid=Gid(occasion.clock.token()),
        client_id=client.client_id,
        person_id=session.person_id,
        sid=Sid(vault.subject(session.sid, f"sid {client.client_id}")),
        scopes=issue.scopes,
        audience=audience,
        auth_time=session.auth_time,
        acr=issue.acr,
        amr=session.amr,
        ial=session.ial,
        idp=session.idp,
        userinfo_claims=issue.userinfo_claims,
        id_token_claims=issue.id_token_claims,
        sub=sub,
        audiences=client.audiences,
    )


def _code(
    request: AuthorizationRequest, grant: GrantFacts, issue: Issue, *, expires_at: datetime
) -> CodeFacts:
    return CodeFacts(
        grant=grant,
        client_id=grant.client_id,
        redirect_uri=request.redirect_uri,
        code_challenge=request.code_challenge,
        nonce=request.nonce,
        expires_at=expires_at,
        spent_at=None,
        scopes=issue.scopes,
    )


def _is_worth_touching(session: Session, occasion: Occasion) -> bool:
    """Tell whether the session's last-seen moment is old enough to be written again (once a minute at most)."""
    return occasion.now - session.last_seen_at > timedelta(minutes=1)
