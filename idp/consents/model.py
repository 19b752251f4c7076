"""A consent or notice as recorded: provable later (who, when, which text). Pure."""

from dataclasses import dataclass
from datetime import datetime

from idp.ids import ClientId, PersonId
from idp.protocol.facts import ClientFacts, ConsentFacts
from idp.protocol.scopes import LegalBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """One decision about one scope of one client. Append-only; the newest per scope counts."""

    consent_id: str
    person_id: PersonId
    client_id: ClientId
    scope: str
    basis: LegalBasis
    granted: bool
    """False: the person left an optional scope unticked, so that it is not asked at every sign-in."""
    text_version: str
    text_hash: str
    """SHA-256 (hex) of the words shown."""
    decided_at: datetime
    withdrawn_at: datetime | None = None
    decided_by: PersonId | None = None
    """Who answered for them (a parent, a guardian); None: they themselves."""


def that_count(records: tuple[ConsentRecord, ...], client: ClientFacts) -> tuple[ConsentRecord, ...]:
    """Return those made on the basis on which their scope is sent now and, if that is consent, for its purpose of now.

    What somebody was told because the law orders it is no consent once consent is the ground, and a no to what was asked
    is none to what the law orders. Consent is to a purpose (Law 91/2025/QH15): for another one they are asked anew.
    """
    return tuple(one for one in records if one.scope in client.scopes and _counts(one, client))


def _counts(record: ConsentRecord, client: ClientFacts) -> bool:
    if record.basis is not client.basis_of(record.scope):
        return False
    is_told = record.basis is not LegalBasis.CONSENT
    return is_told or record.decided_at.timestamp() >= client.purpose_since


def rests_on_consent(record: ConsentRecord, client: ClientFacts | None) -> bool:
    """Tell whether what goes by this record is its person's to stop: agreed to, or told before consent was the ground."""
    is_now = client is not None and record.scope in client.scopes
    bases = {record.basis, client.basis_of(record.scope)} if client is not None and is_now else {record.basis}
    return record.granted and record.withdrawn_at is None and LegalBasis.CONSENT in bases


def goes_by_law(record: ConsentRecord, client: ClientFacts | None) -> bool:
    """Tell whether what goes by this record goes on whatever its person takes back: they may object to it."""
    return record.granted and record.withdrawn_at is None and not rests_on_consent(record, client)


def consent_facts(records: tuple[ConsentRecord, ...], *, is_restricted: bool = False) -> ConsentFacts:
    """Reduce the records of one person and client to what counts now."""
    live = [record for record in records if record.withdrawn_at is None]
    return ConsentFacts(
        scopes=frozenset(record.scope for record in live),
        granted=frozenset(record.scope for record in live if record.granted),
        is_restricted=is_restricted,
    )
