"""Deciding an authorization: the facts that `next_step` asks for, looked up one by one. `decide` is handed to `read`."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from idp.audit.occasion import Occasion
from idp.consents.model import ConsentRecord, consent_facts, that_count
from idp.ids import PersonId
from idp.interactions.service.contexts import choices_of
from idp.protocol.acting import ContextKind
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.context import Answered, asks_for_whom, realm_of, subject_of_choice
from idp.protocol.facts import ClientFacts
from idp.protocol.next_step import UNKNOWN, Facts, Load, Step, next_step
from idp.protocol.scopes import LegalBasis
from idp.protocol.subject import sector_of
from idp.sessions.model import Session
from idp.settings import Settings
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The next step, with the session it was decided on."""

    step: Step
    session: Session | None = field(repr=False)

    @property
    def sub(self) -> str | None:
        """Return what the session's person is called in the client's sector, where that was found with the session."""
        return self.session.sub if self.session else None


def decide(
    tx: Tx,
    request: AuthorizationRequest,
    client: ClientFacts,
    *,
    session_cookie: str | None,
    upstream_down: bool,
    settings: Settings,
    occasion: Occasion,
    answered: Answered | None = None,
    locks_person: bool = False,
) -> Decision:
    """Ask `next_step`, looking facts up only when it asks for them.

    `answered`: for whom the person acts, as they said in this interaction; it counts in the session it was said in.
    """
    facts = Facts(client=client, upstream_down=upstream_down)
    session: Session | None = None
    while isinstance(step := next_step(request, facts, now=occasion.now), Load):
        match step.name:
            case "session":
                found = (
                    tx.sessions.find(session_cookie, locks_person=locks_person, sector=sector_of(client))
                    if session_cookie
                    else None
                )
                session = _usable(found, client, settings, occasion.now)
                facts = replace(
                    facts,
                    session=session.facts() if session else None,
                    answered=_answer_in(session, answered),
                )
            case "service":
                facts = replace(facts, knows_service=session is not None and _knows(tx, session, client))
            case "subject":
                facts = _with_subject(tx, facts, session, request.expected_sub, occasion.now)
            case "context":
                facts = _with_choices(tx, facts, session, occasion.now)
            case "consent":
                about = subject_of_choice(step.choice, session.person_id) if session else None
                records = tx.consents.of_client(about, client.client_id) if about else ()
                facts = _with_consent(tx, facts, records, session, about, since=request.started_at)
    return Decision(step=step, session=session)


def _usable(
    session: Session | None, client: ClientFacts, settings: Settings, now: datetime
) -> Session | None:
    """Return the session if it is live, and of whom the client takes."""
    if session is None or session.realm is not realm_of(client):
        return None
    return session if session.is_live(now, settings.life) else None


def _answer_in(session: Session | None, answered: Answered | None) -> str | None:
    """Return the choice that was answered, if whoever answered it is signed in still."""
    if session is None or answered is None or answered.session_id != session.session_id:
        return None
    return answered.choice_id


def _knows(tx: Tx, session: Session, client: ClientFacts) -> bool:
    """Tell whether the person used this client before they first signed in in the session's browser."""
    since = session.device_since
    return since is not None and tx.grants.has_used(session.person_id, client.client_id, since)


def _with_consent(
    tx: Tx,
    facts: Facts,
    records: tuple[ConsentRecord, ...],
    session: Session | None,
    about: PersonId | None,
    *,
    since: datetime,
) -> Facts:
    """Take what was told and agreed to: by now, and `since` the request began."""
    if session is not None and about != session.person_id:
        records = tuple(one for one in records if not _is_left_to_representatives(one))
    records = that_count(records, facts.client)
    return replace(
        facts,
        consent=consent_facts(records, is_restricted=_is_restricted(tx, session, about)),
        consent_given_now=any(record.decided_at >= since for record in records),
    )


def _is_restricted(tx: Tx, session: Session | None, about: PersonId | None) -> bool:
    """Tell whether somebody asked that nothing of them is sent on consent; of a ward their record tells."""
    if session is None or about is None or about == session.person_id:
        return session is not None and session.is_restricted
    person = tx.people.get(about)
    return person is not None and person.restricted_at is not None


def _is_left_to_representatives(record: ConsentRecord) -> bool:
    """Tell whether a ward was told that their parents decide: then these are still to be asked."""
    is_their_own = record.decided_by is None
    return is_their_own and not record.granted and record.basis is LegalBasis.CONSENT


def _with_subject(
    tx: Tx, facts: Facts, session: Session | None, expected: str | None, now: datetime
) -> Facts:
    """Look up whose the expected subject is: this person's here, or a ward's of theirs; else nobody's."""
    named = None if session is None or expected is None else _named(tx, facts.client, session, expected)
    if session is not None and named is not None and named != session.person_id:
        facts = _with_choices(tx, facts, session, now)
        choices = () if facts.choices is UNKNOWN else facts.choices
        wards = {one.principal_id for one in choices if one.kind is ContextKind.WARD}
        named = named if named in wards else None
    return replace(facts, subject=None if named is None else expected, subject_person=named)


def _named(tx: Tx, client: ClientFacts, session: Session, expected: str) -> PersonId | None:
    """Return whom this client's sector calls so."""
    named = tx.subjects.person_of(sector_of(client), expected)
    if named is None or named == session.person_id:
        return named
    return _standing(tx, named, sector_of(client), expected)


def _standing(tx: Tx, named: PersonId, sector: str, expected: str) -> PersonId:
    """Return who stands for a merged record whose `sub` this sector is still told: no other answers to it (adr/0036)."""
    standing = tx.people.standing_id(named)
    if standing == named or tx.subjects.find(standing, sector) != expected:
        return named
    return standing


def _with_choices(tx: Tx, facts: Facts, session: Session | None, now: datetime) -> Facts:
    """Look up for whom the person may act, once in a decision."""
    if facts.choices is not UNKNOWN:
        return facts
    person = tx.people.get(session.person_id) if session and asks_for_whom(facts.client) else None
    if session is None or person is None:
        return replace(facts, choices=())
    return replace(
        facts,
        choices=choices_of(tx, person, facts.client, now=now),
        chosen=tx.sessions.chosen(session.person_id, session.session_id, facts.client.client_id),
    )
