"""Ending an authorization: grant, code and record in one transaction. `settle` is handed to `transact`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import Occasion, person_ref
from idp.database import Done, Refused
from idp.grants.model import NewCode
from idp.ids import Gid, GrantId, HandleKind, PersonId, bucket_of
from idp.interactions.service.contexts import held
from idp.interactions.service.deciding import Decision
from idp.interactions.service.first_use import is_first_use
from idp.mandates.service import Deed, tell_other_representatives
from idp.messages.model.notices import Notice
from idp.protocol.acting import ContextKind, GrantContext
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.context import context_of
from idp.protocol.errors import AccessDenied, LoginRequired
from idp.protocol.facts import ClientFacts, CodeFacts, GrantFacts
from idp.protocol.next_step import Issue, Step, is_hasty
from idp.protocol.subject import sector_of
from idp.risk.model import NOTHING, Weighed
from idp.risk.rules import hasty
from idp.sessions.model import Session, sid_at
from idp.settings import Settings
from idp.transaction import Tx
from keys.envelope import Vault


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

    An interaction or pushed request issues one code. `ask` is `decide`, the person locked: nothing is withdrawn between.
    """
    now = occasion.now
    decision = ask(tx)
    if ward := _ward_of(decision.step):  # who changes what a ward is holds its row: all is found anew
        tx.people.lock(ward)
        decision = ask(tx)
    issue = decision.step
    if not isinstance(issue, Issue):
        return Done(issue)
    choice = None if issue.choice is None else held(tx, issue.session.person_id, issue.choice, now=now)
    if (issue.choice is not None and choice is None) or _ward_of(issue) != ward:
        return Refused(AccessDenied("the power to act for another has just ended"))
    if decision.session is not None and _is_worth_touching(decision.session, occasion):
        tx.sessions.touch(issue.session.sid, now)
    until = now + settings.life.interaction
    if interaction_id is not None and not tx.interactions.finish(interaction_id, now, until):
        return Refused(LoginRequired("this interaction was finished already"))
    if stored_as is not None and not tx.pushed_requests.spend(stored_as, now):
        return Refused(LoginRequired("this request was used already, or took too long"))
    actor, sector = issue.session.person_id, sector_of(client)
    known = decision.sub or tx.subjects.find(actor, sector)
    sub = known or tx.subjects.choose(actor, sector, vault.subject(actor, sector))
    context = None if choice is None else context_of(choice)
    if context is not None and ward is not None:
        context = replace(context, actor_sub=sub)
        sub = tx.subjects.sub_for(ward, sector, vault.subject(ward, sector))
        tell_other_representatives(tx, ward, actor, deed=Deed.ACTED, client=client, occasion=occasion)
    grant = _grant(client, issue, context, audience=request.audience, sub=sub, vault=vault, occasion=occasion)
    is_only_grant = _store(tx, grant, issue, settings=settings, occasion=occasion)
    is_new, kept = known is None, settings.life.refresh_absolute
    if is_only_grant and is_first_use(
        tx, actor, client, is_new_in_sector=is_new, kept=kept, occasion=occasion
    ):
        tx.outbox.notify(actor, Notice.NEW_SERVICE, occasion=occasion, client_id=client.client_id)
    code = occasion.clock.handle(HandleKind.CODE, bucket_of(grant.person_id))
    facts = _code(request, grant, issue, expires_at=now + settings.life.code)
    tx.codes.add(NewCode(code=code, session_id=issue.session.sid, facts=facts))
    weighed = _weighed(tx, request, client, decision, issue, occasion)
    tx.audit.add(_issued(grant, issue, weighed, occasion))
    return Done(code)


def _ward_of(step: Step) -> PersonId | None:
    """Return for which ward this would issue something."""
    choice = step.choice if isinstance(step, Issue) else None
    is_ward = choice is not None and choice.kind is ContextKind.WARD
    return PersonId(choice.principal_id) if choice is not None and is_ward else None


def _weighed(
    tx: Tx,
    request: AuthorizationRequest,
    client: ClientFacts,
    decision: Decision,
    issue: Issue,
    occasion: Occasion,
) -> Weighed:
    """Return what of this act stands out, and tell its person: level high, new service, new browser."""
    since, person_id = issue.session.device_since, issue.session.person_id
    if since is None or not is_hasty(request, client, issue.session, now=occasion.now):
        return NOTHING
    if tx.grants.has_used(person_id, client.client_id, since):
        return NOTHING
    browser = decision.session.device if decision.session is not None else ""
    on = {"client_id": client.client_id, "browser": browser}
    tx.outbox.notify(person_id, Notice.UNUSUAL_SIGN_IN, occasion=occasion, once_a_day=True, **on)
    return hasty(since, now=occasion.now)


def _store(tx: Tx, grant: GrantFacts, issue: Issue, *, settings: Settings, occasion: Occasion) -> bool:
    """Store the grant; it ends with the power it was given under (DESIGN 5.5). True: no other is kept."""
    ends = occasion.now + settings.life.refresh_absolute
    if grant.context is not None and grant.context.ends_at is not None:
        ends = min(ends, grant.context.ends_at)
    return tx.grants.add(
        grant,
        session_id=issue.session.sid,
        offline="offline_access" in issue.scopes,
        expires_at=ends,
        now=occasion.now,
        network=occasion.network,
    )


def _issued(grant: GrantFacts, issue: Issue, weighed: Weighed, occasion: Occasion) -> AuditEvent:
    """Return what the record says of a code."""
    return occasion.event(
        EventType.CODE_ISSUED,
        actor=person_ref(grant.person_id),
        person_id=grant.person_id,
        client_id=grant.client_id,
        scopes=sorted(issue.scopes),
        acr=issue.acr.value,
        **_acting(grant.context),
        **weighed.payload(),
    )


def _acting(context: GrantContext | None) -> dict[str, str]:
    """Return what the record says of a context: its kind, and the mandate or post."""
    return {} if context is None else {"context": context.kind.value, "context_id": context.context_id}


def _grant(
    client: ClientFacts,
    issue: Issue,
    context: GrantContext | None,
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
        sid=sid_at(session, client.client_id, vault),
        scopes=issue.scopes,
        audience=audience,
        auth_time=session.auth_time,
        acr=issue.acr,
        acr_told=issue.acr_told,
        amr=session.amr,
        ial=session.ial,
        idp=session.idp,
        userinfo_claims=issue.userinfo_claims,
        id_token_claims=issue.id_token_claims,
        verified_userinfo=issue.verified_userinfo,
        verified_id_token=issue.verified_id_token,
        sub=sub,
        audiences=client.audiences,
        context=context,
        degraded=session.degraded,
        ial_at=session.ial_at,
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
