"""Where people come back from upstream – OpenID Connect Core §3.1.2.5, RFC 9700 §4.7 (state tied to the browser).

The state is spent by one statement and must meet the cookie of the browser it began in; brought to another browser,
the interaction is burnt and neither gets a code (DESIGN 5.12). What the upstream says is never believed above its level.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from federation.upstream import AccountKind, ExternalIdentity, UpstreamDenied, UpstreamError
from idp import metrics
from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.database import Done
from idp.edge import Answer, Call, Cookie
from idp.edge.account import UNLOCK, onward
from idp.edge.browser_state import changed_state
from idp.edge.cookie_names import cookie_name
from idp.edge.device import arrival_of, begun_here
from idp.edge.waiting import dropped
from idp.endpoints.upstream_session import NOT_OPEN, begin_session, proof_of
from idp.endpoints.upstream_turn import brought, give_back, take_turn
from idp.ids import HandleKind, parse_handle
from idp.interactions.cookie import HeldInteraction, held_interaction
from idp.interactions.model import UpstreamJourney
from idp.life_events.service import settle_level, unlock_own
from idp.limits.model import site_key
from idp.log import fields
from idp.mandates.service import move_majority
from idp.metrics import SignInMethod, SignInOutcome
from idp.people.identifiers import IdentifierTaken
from idp.people.service import NotRecognised, Recognised, recognise
from idp.protocol.assurance import national_acr, parse_acr
from idp.protocol.errors import InvalidRequest, ToPage, refusing
from idp.transaction import Tx
from idp.upstreams.already_linked import AlreadyLinked
from idp.upstreams.model import NATIONAL

PATH = "/upstream/national/callback"
_LEEWAY = timedelta(seconds=60)
_log = logging.getLogger("hpid.upstream")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Return:
    journey: UpstreamJourney
    opened: HeldInteraction | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """Why a proof is not enough, and what the sign-in page says of it."""

    reason: str
    message: str = "upstream-failed"


async def upstream_callback(call: Call) -> Answer:
    """Take the answer of the national system when there is room to have it confirmed, and begin a session."""
    with refusing(ToPage(case="expired")):
        answer, interaction_id = brought(call)
        turn = await take_turn(call, answer, interaction_id)
    if isinstance(turn, Answer):
        return turn
    try:
        done = await _arrive(call, answer)
    finally:
        give_back(call, turn)
    return done.with_cookies(*dropped(call, interaction_id))


async def _arrive(call: Call, answer: Mapping[str, str]) -> Answer:
    """Have the answer confirmed, find whose it is, and begin their session."""
    with refusing(ToPage(case="expired")):
        returned = await _take_journey(call, answer.get("state", ""))
        if returned is None or returned.opened is None:
            raise InvalidRequest(NOT_OPEN)
    opened = returned.opened
    identity = await _confirm(call, answer, returned.journey, opened)
    if isinstance(identity, Answer):
        return identity
    if opened.client_id == UNLOCK:
        await _unlock(call, identity, opened)
    recognised = await _recognised(call, identity)
    if isinstance(recognised, NotRecognised):
        _count(SignInOutcome.REFUSED)
        with refusing(ToPage(case=recognised.case, status=403, reason_key=recognised.reason_key)):
            raise InvalidRequest("this account can't sign in")
    await _read_register(call, recognised)
    session_name, occasion = cookie_name(call.provider.settings, "session"), call.occasion()
    begin = partial(
        begin_session,
        identity=identity,
        proof=proof_of(recognised, identity, asked_at=opened.started_at, now=occasion.now),
        cookie=call.cookies().get(session_name),
        arrival=arrival_of(call, opened.interaction_id, opened.client_id),
        life=call.provider.settings.life,
        occasion=occasion,
    )
    outcome = await call.provider.database.transact(begin)
    _count(SignInOutcome.SIGNED_IN if isinstance(outcome, Done) else SignInOutcome.REFUSED)
    begun = outcome.unwrap()
    is_foreign = bool(recognised.person.profile.foreigner_id)  # whose residence may end soon: they are warned
    path = "/sign-in/papers" if is_foreign else "/authorize/resume"
    done = Answer.redirect(
        onward(begun, opened.client_id, opened.interaction_id, path),
        Cookie(name=session_name, value=begun.cookie),
        *changed_state(call),
    )
    return begun_here(call, done, begun)


async def _confirm(
    call: Call, answer: Mapping[str, str], journey: UpstreamJourney, opened: HeldInteraction
) -> ExternalIdentity | Answer:
    """Return who the upstream says it is; where it says nobody, or not enough, the way back to the choice."""
    try:
        identity = await _finish(call, answer, journey)
    except UpstreamDenied:
        _count(SignInOutcome.CANCELLED)
        return _back(call, opened, "cancelled")
    except UpstreamError as error:  # nobody is proved: counted (DESIGN 5.9, class 1)
        _log.info("upstream refused", extra=fields(txn=call.txn, reason=error.reason))
        call.count_refusal(EventType.UPSTREAM_REFUSED.value, client_id=opened.client_id)
        _count(SignInOutcome.FAILED)
        return _back(call, opened, "upstream-failed")
    refused = _refusal(identity, journey, opened)
    if refused is not None:
        _count(SignInOutcome.REFUSED)
        await _record_refusal(call, identity, opened, refused)
        return _back(call, opened, refused.message)
    return identity


async def _take_journey(call: Call, state: str) -> _Return | None:
    """Spend the state; in a browser that does not hold the interaction, end the interaction with it."""
    if parse_handle(state, HandleKind.UPSTREAM_STATE) is None:
        return None
    outcome = await call.provider.database.transact(
        partial(_spend_state, state=state, call=call, occasion=call.occasion())
    )
    return outcome.unwrap()


def _spend_state(tx: Tx, *, state: str, call: Call, occasion: Occasion) -> Done[_Return | None]:
    journey = tx.interactions.spend_upstream(state, occasion.now)
    if journey is None:
        return Done(None)
    settings, vault = call.provider.settings, call.provider.vault
    prefix = cookie_name(settings, "i-")
    opened = held_interaction(call.cookies(), journey.interaction_id, prefix, vault)
    if opened is None:
        tx.interactions.finish(journey.interaction_id, occasion.now, occasion.now + settings.life.interaction)
        tx.audit.add(
            occasion.event(EventType.INTERACTION_HIJACK_REFUSED, actor="system", step="upstream callback")
        )
    return Done(_Return(journey=journey, opened=opened))


async def _finish(call: Call, answer: Mapping[str, str], journey: UpstreamJourney) -> ExternalIdentity:
    """Ask the upstream who this is; what it answers, or that it does not, tells whether it is up."""
    provider = call.provider
    if provider.national is None:
        raise UpstreamError("no national system is configured", unavailable=True)
    began = provider.clock.stopwatch()
    try:
        identity = await provider.national.finish(
            answer, nonce=journey.nonce, code_verifier=journey.code_verifier, now=provider.clock.now()
        )
    except UpstreamError as error:
        seconds = provider.clock.stopwatch() - began
        if error.unavailable:
            provider.national_circuit.failed(provider.clock.now(), of=site_key(call.peer))
        metrics.UPSTREAM_SECONDS.add(seconds, NATIONAL, "failed" if error.unavailable else "refused")
        raise
    seconds = provider.clock.stopwatch() - began
    provider.national_circuit.succeeded(provider.clock.now(), seconds=seconds)
    metrics.UPSTREAM_SECONDS.add(seconds, NATIONAL, "answered")
    return identity


def _refusal(
    identity: ExternalIdentity, journey: UpstreamJourney, opened: HeldInteraction
) -> _Refusal | None:
    """Refuse a level below what was asked, a sign-in older than the request, another kind of account (SECURITY E03)."""
    asked, stated = parse_acr(journey.requested_loa), parse_acr(identity.loa or "")
    if asked is None or stated is None or stated.rank < asked.rank:
        return _Refusal(reason="the level is lower than asked, or unknown")
    if identity.auth_time < opened.started_at - _LEEWAY:
        return _Refusal(reason="the sign-in there is older than the request")
    if identity.kind is not AccountKind.CITIZEN:
        return _Refusal(reason="not a citizen's account", message="organisation-account")
    return None


async def _recognised(call: Call, identity: ExternalIdentity) -> Recognised | NotRecognised:
    """Find or make the record; of two first sign-ins at once, the later finds on its second try what the other made."""
    for _ in range(2):
        with suppress(AlreadyLinked, IdentifierTaken):
            outcome = await call.provider.database.transact(
                partial(_recognise, identity=identity, occasion=call.occasion())
            )
            return outcome.unwrap()
    return NotRecognised(case="not-linked")  # the number is another record's: for a desk to settle


def _recognise(tx: Tx, *, identity: ExternalIdentity, occasion: Occasion) -> Done[Recognised | NotRecognised]:
    """Recognise them; what hangs on the level or birth date that they have no more ends with it (adr/0035)."""
    outcome = recognise(tx, identity, occasion=occasion)
    found = outcome.value
    if isinstance(found, Recognised):
        person_id, before, after = found.person.person_id, found.before, found.person
        actor, born = person_ref(person_id), after.profile.birthdate
        level = after.account_level
        settle_level(tx, person_id, was=before.account_level, level=level, actor=actor, occasion=occasion)
        move_majority(tx, person_id, before.profile.birthdate, born, actor=actor, occasion=occasion)
    return outcome


async def _unlock(call: Call, identity: ExternalIdentity, opened: HeldInteraction) -> None:
    """Open what its holder locked, if it is the holder who came back; whether anything opened, recognising them tells."""
    work = partial(_open_own, identity=identity, begun_at=opened.started_at, occasion=call.occasion())
    (await call.provider.database.transact(work)).unwrap()


def _open_own(tx: Tx, *, identity: ExternalIdentity, begun_at: datetime, occasion: Occasion) -> Done[None]:
    link = tx.upstreams.find(identity.issuer, identity.subject)
    if link is not None:
        proved = national_acr(identity.loa, identity.account_level)
        person_id = tx.people.standing_id(link.person_id)
        unlock_own(tx, person_id, proved, begun_at=begun_at, occasion=occasion)
    return Done(None)


async def _read_register(call: Call, recognised: Recognised) -> None:
    """Let the population register speak before the session begins: who is dead gets none; its silence stops nobody."""
    provider = call.provider
    if provider.readings is not None:
        patience = provider.settings.registers_patience
        await provider.readings.at_sign_in(recognised.person, call.occasion(), patience=patience)


async def _record_refusal(
    call: Call, identity: ExternalIdentity, opened: HeldInteraction, refused: _Refusal
) -> None:
    """Record the refusal of somebody who proved themselves there, about the person if they are known here (class 2)."""
    _log.info("upstream refused", extra=fields(txn=call.txn, reason=refused.reason))
    record = partial(
        _add_refusal,
        identity=identity,
        client_id=opened.client_id,
        reason=refused.reason,
        occasion=call.occasion(),
    )
    (await call.provider.database.transact(record)).unwrap()


def _add_refusal(
    tx: Tx, *, identity: ExternalIdentity, client_id: str, reason: str, occasion: Occasion
) -> Done[None]:
    link = tx.upstreams.find(identity.issuer, identity.subject)
    tx.audit.add(
        occasion.event(
            EventType.UPSTREAM_REFUSED,
            actor=person_ref(link.person_id) if link else "system",
            person_id=link.person_id if link else None,
            reason=reason,
            client_id=client_id,
        )
    )
    return Done(None)


def _count(outcome: SignInOutcome) -> None:
    metrics.SIGN_INS.add(SignInMethod.NATIONAL, outcome)


def _back(call: Call, opened: HeldInteraction, message: str) -> Answer:
    """Back to the choice, which says what happened and quotes this request."""
    return Answer.redirect(f"/sign-in?i={opened.interaction_id}&m={message}&txn={call.txn}")
