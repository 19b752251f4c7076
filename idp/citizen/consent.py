"""`/consent`: tell what the law lets a service have, ask for the rest (PAGES 3.1.7, Core §3.1.2.4).

The answer counts only for the request this browser holds and the words it was shown; what was never offered can't be
ticked (SECURITY A08).
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.consent_offer import Asking, consent_rows, make_offer, mode_of, not_sent, notice_rows
from idp.citizen.consent_words import purpose_in
from idp.citizen.declining import decline
from idp.citizen.interaction import Opened, decided, open_here, posted, session_cookie
from idp.consents.model import consent_facts, that_count
from idp.consents.service import ConsentOffer, record_answer
from idp.database import Done
from idp.edge import Answer, BadCall, Call
from idp.edge.page import language_of, page
from idp.ids import ClientId, PersonId
from idp.interactions.service import Decision, held
from idp.mandates.service import Deed, tell_other_representatives
from idp.people.ages import consents_through_representative
from idp.people.model import Person
from idp.protocol.acting import ContextKind
from idp.protocol.context import Choice, subject_of_choice
from idp.protocol.errors import AccessDenied, Refusal
from idp.protocol.facts import ClientFacts
from idp.protocol.next_step import Consent, wanted_scopes
from idp.protocol.scopes import LegalBasis
from idp.sessions.model import Session
from idp.transaction import Tx
from idp.ui.language import Language
from idp.ui.rows import FirstLogin


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Who is asked, about whom, for which scopes: what `next_step` wants a consent for."""

    session: Session = field(repr=False)
    about: PersonId
    """The reader, or a ward of theirs."""
    choice: Choice | None
    scopes: tuple[str, ...]

    @property
    def is_for_ward(self) -> bool:
        """Tell whether somebody else than the reader is released."""
        return self.about != self.session.person_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Who reads the page, and whether this sign-in is the one that made or linked their record."""

    person: Person = field(repr=False)
    is_first_login: bool
    is_minor: bool
    """They answer for themselves and are under 16."""


async def show(call: Call) -> Answer:
    """Show what would be sent, or go on if that is settled."""
    opened = await open_here(call)
    asked = _asked(await decided(call, opened))
    if asked is None:
        return opened.to_resume
    reader = await _reader(call, asked, opened)
    language = language_of(call)
    now = call.provider.clock.now()
    offer = _offer(opened, asked, reader, language, now)
    notices = notice_rows(offer, reader.person, asked.choice, language, now=now)
    consents = consent_rows(offer, reader.person, asked.choice, language, now=now)
    client = opened.client
    return page(
        call,
        "consent.html",
        form_action=opened.form_action,
        notice="degraded" if asked.session.degraded else None,
        rp=opened.relying_party,
        i=opened.interaction_id,
        notice_rows=notices,
        law=client.law,
        consent_rows=() if offer.is_for_parents else consents,
        for_parents=consents if offer.is_for_parents else (),
        takes_wards=ContextKind.WARD in client.subject_contexts,
        purpose=purpose_in(client, language),
        retention="",
        not_sent=not_sent(wanted_scopes(opened.request), reader.person),
        first_login=_first_login(call, reader, language),
        mode=mode_of(offer.basis, is_for_parents=offer.is_for_parents),
        shown=_shown(call, opened, asked, offer),
    )


async def answer(call: Call) -> Answer:
    """Record the answer and go on, or go back with access_denied."""
    form = posted(call)
    if form.get("decision") == "deny":
        raise await _refusal(call, await open_here(call, or_declined=True))
    opened = await open_here(call)
    asked = _asked(await decided(call, opened))
    if asked is None:
        return opened.to_resume
    if form.get("decision") != "allow":
        raise BadCall(400, "the form is incomplete")
    reader = await _reader(call, asked, opened)
    offer = _offer(opened, asked, reader, language_of(call), call.provider.clock.now())
    if form.get("shown") != _shown(call, opened, asked, offer):
        # the words changed, or another tab or person came in between: show them again
        return Answer.redirect(f"/consent?i={opened.interaction_id}")
    ticked = frozenset(value for name, value in call.form() if name == "scope")
    if any(offer.basis.get(scope) is not LegalBasis.CONSENT or offer.is_for_parents for scope in ticked):
        raise BadCall(400, "the form names something that was not offered")
    outcome = await call.provider.database.transact(
        partial(
            _record,
            cookie=session_cookie(call, opened),
            asked=asked,
            client=opened.client,
            offer=offer,
            ticked=ticked,
            occasion=call.occasion(),
        )
    )
    outcome.unwrap()
    return opened.to_resume


def _asked(decision: Decision) -> _Asked | None:
    """Return what is to be asked of whom; None: nothing, the interaction goes on."""
    step, session = decision.step, decision.session
    if not isinstance(step, Consent) or session is None:
        return None
    about = subject_of_choice(step.choice, session.person_id)
    return _Asked(session=session, about=about, choice=step.choice, scopes=step.scopes)


def _offer(opened: Opened, asked: _Asked, reader: _Reader, language: Language, now: datetime) -> ConsentOffer:
    asking = Asking(
        client=opened.client,
        rp=opened.relying_party,
        person=reader.person,
        wanted=wanted_scopes(opened.request),
        is_for_parents=reader.is_minor,
    )
    return make_offer(asking, asked.scopes, language, now=now)


def _shown(call: Call, opened: Opened, asked: _Asked, offer: ConsentOffer) -> str:
    """Return what stands for these words as they were shown to this person in this interaction: to nobody else."""
    what = f"{offer.text_hash} {opened.interaction_id} {asked.session.person_id} {asked.about}"
    return call.provider.vault.subject(what, "consent shown")


async def _refusal(call: Call, opened: Opened) -> Refusal:
    """Return the no, recorded where somebody is signed in."""
    session, record = (await decided(call, opened)).session, None
    if session is not None:
        who, client_id = session.person_id, opened.client.client_id
        record = partial(_record_refusal, person_id=who, client_id=client_id, occasion=call.occasion())
    return await decline(call, opened, AccessDenied("the person did not agree"), record)


def _record_refusal(tx: Tx, *, person_id: PersonId, client_id: ClientId, occasion: Occasion) -> None:
    tx.audit.add(
        occasion.event(
            EventType.CONSENT_REFUSED,
            actor=person_ref(person_id),
            person_id=person_id,
            client_id=client_id,
        )
    )


def _record(
    tx: Tx,
    *,
    cookie: str | None,
    asked: _Asked,
    client: ClientFacts,
    offer: ConsentOffer,
    ticked: frozenset[str],
    occasion: Occasion,
) -> Done[None]:
    """Write the answer if the session it was given in is still this browser's; else nothing, and sign-in follows."""
    session = tx.sessions.find(cookie, locks_person=True) if cookie else None  # before any mandate, as all do
    reader = asked.session.person_id
    if session is None or session.person_id != reader:
        return Done(None)
    if asked.choice is not None and held(tx, reader, asked.choice, now=occasion.now) is None:
        return Done(None)
    if asked.is_for_ward:
        tell_other_representatives(
            tx, asked.about, reader, deed=Deed.CONSENTED, client=client, occasion=occasion
        )
    else:
        ticked = _of_their_own(tx, reader, client, ticked, occasion=occasion)
    return record_answer(
        tx,
        person_id=asked.about,
        client_id=client.client_id,
        offer=offer,
        ticked=ticked,
        occasion=occasion,
        decided_by=reader if asked.is_for_ward else None,
    )


def _of_their_own(
    tx: Tx, person_id: PersonId, client: ClientFacts, ticked: frozenset[str], *, occasion: Occasion
) -> frozenset[str]:
    """Return what somebody may agree to alone; of who is under 16, what a representative agreed to stays."""
    person = tx.people.get(person_id)
    if person is None or not consents_through_representative(person, occasion.now):
        return ticked
    return consent_facts(that_count(tx.consents.of_client(person_id, client.client_id), client)).granted


async def _reader(call: Call, asked: _Asked, opened: Opened) -> _Reader:
    load = partial(_load_reader, asked=asked, began=opened.request.started_at, now=call.provider.clock.now())
    return await call.provider.database.read(load)


def _load_reader(tx: Tx, *, asked: _Asked, began: datetime, now: datetime) -> _Reader:
    person = tx.people.canonical(asked.about)
    if person is None:
        raise AssertionError("a session belongs to a person")
    links = tx.upstreams.of_person(asked.session.person_id)
    return _Reader(
        person=person,
        is_first_login=any(link.linked_at >= began for link in links),
        is_minor=not asked.is_for_ward and consents_through_representative(person, now),
    )


def _first_login(call: Call, reader: _Reader, language: Language) -> FirstLogin | None:
    if not reader.is_first_login:
        return None
    settings = call.provider.settings
    return FirstLogin(
        name=reader.person.profile.full_name,
        upstream=settings.national_name_en if language is Language.EN else settings.national_name,
        level=f"{reader.person.account_level:02d}",
    )
