"""Recording what a person was told and what they agreed to, provable later; and taking it back."""

from dataclasses import dataclass, field
from hashlib import sha256

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.consents.model import ConsentRecord, consent_facts, rests_on_consent
from idp.database import Done
from idp.ids import ClientId, PersonId
from idp.protocol.facts import GrantFacts
from idp.protocol.scopes import LegalBasis
from idp.sessions.service import tell_of_ended
from idp.transaction import Tx

TEXT_VERSION = "2026-11-29"
"""Raised when the words of the page change, or what of them is hashed. It tells which; no earlier answer ends by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentOffer:
    """What a page offered: which scopes, on which basis, in which words."""

    scopes: tuple[str, ...]
    basis: dict[str, LegalBasis]
    words: str = field(repr=False)
    """All that it stated, in the language it was read in."""
    is_for_parents: bool = False
    """Who reads it is under 16 and can't agree to it alone."""

    @property
    def text_hash(self) -> str:
        """Return the SHA-256 of the words, by which they can be proved later."""
        return sha256(self.words.encode()).hexdigest()


def record_answer(
    tx: Tx,
    *,
    person_id: PersonId,
    client_id: ClientId,
    offer: ConsentOffer,
    ticked: frozenset[str],
    occasion: Occasion,
    decided_by: PersonId | None = None,
) -> Done[None]:
    """Write one record a scope: told counts as released, asked counts as ticked.

    `decided_by` answers for a ward: their representative exercises their rights (Law 91/2025/QH15).
    """
    records = tuple(
        ConsentRecord(
            consent_id=occasion.clock.token(),
            person_id=person_id,
            client_id=client_id,
            scope=scope,
            basis=offer.basis[scope],
            granted=offer.basis[scope] is LegalBasis.PUBLIC_TASK or scope in ticked,
            text_version=TEXT_VERSION,
            text_hash=offer.text_hash,
            decided_at=occasion.now,
            decided_by=decided_by,
        )
        for scope in offer.scopes
    )
    before = consent_facts(tx.consents.of_client(person_id, client_id)).granted
    tx.consents.add(records)
    if any(not record.granted and record.scope in before for record in records):
        _end_grants(tx, person_id, client_id, "agreed to less", occasion)
    tx.audit.add(
        occasion.event(
            EventType.CONSENT_RECORDED,
            actor=person_ref(decided_by or person_id),
            person_id=person_id,
            client_id=client_id,
            scopes=list(offer.scopes),
            granted=[record.scope for record in records if record.granted],
            text_version=TEXT_VERSION,
            text_hash=offer.text_hash,
        )
    )
    return Done(None)


def withdraw(
    tx: Tx, person_id: PersonId, client_id: ClientId, *, actor: str, occasion: Occasion
) -> Done[int]:
    """Take back what one client gets by consent, and return how many scopes that were; if none, nothing happens.

    Its grants end, for a token carries what was agreed to beside what goes by law; the client is told, and may ask anew
    for the latter. The person's row is locked, as by `settle`: no code is issued on a consent that is being withdrawn.
    """
    tx.people.lock(person_id)
    client = tx.clients.get(client_id)
    facts = None if client is None else client.facts
    records = tx.consents.of_client(person_id, client_id)
    scopes = {one.scope for one in records if rests_on_consent(one, facts)}
    if not scopes:
        return Done(0)
    count = tx.consents.withdraw(person_id, client_id, scopes, occasion.now)
    ended = _end_grants(tx, person_id, client_id, "consent withdrawn", occasion)
    tell_of_ended(tx, ended, occasion=occasion)
    tx.audit.add(
        occasion.event(EventType.CONSENT_WITHDRAWN, actor=actor, person_id=person_id, client_id=client_id)
    )
    return Done(count)


def _end_grants(
    tx: Tx, person_id: PersonId, client_id: ClientId, reason: str, occasion: Occasion
) -> tuple[GrantFacts, ...]:
    """End what a person gave a client, and what others gave it for them; return what ended."""
    own = tx.grants.revoke_of_person(person_id, occasion.now, reason, client_id=client_id)
    return *own, *tx.grants.revoke_of_principal(person_id, occasion.now, reason, client_id=client_id)
