"""A relying party's old accounts become the `sub` it is told from now on (DESIGN 5.1).

An account is linked by the exact number of its owner, current or earlier, and by nothing else: never by a name. What was
chosen once stays: neither a person's `sub` nor an account's person is ever replaced by an import.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.people.identifiers import is_well_formed, normal_form
from idp.people.model import IdentifierScheme, Person, PersonStatus
from idp.protocol.facts import ClientFacts
from idp.protocol.subject import sector_of
from idp.transaction import Tx

_SUB = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_NUMBERS = (IdentifierScheme.PERSONAL_ID, IdentifierScheme.FOREIGNER_ID)


class LinkOutcome(StrEnum):
    """What became of one line."""

    LINKED = "linked"
    """The person is this account at this client from now on."""
    ALREADY = "already"
    """They were before."""
    NOT_FOUND = "not-found"
    """Nobody here has or had this number; the owner gets a new `sub` at the first sign-in."""
    CONFLICT = "conflict"
    """The person is another account here, or the account another person's: somebody must look."""
    REFUSED = "refused"
    """The line can't be what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAccount:
    """One account of a relying party, as it knows it."""

    sub: str = field(repr=False)
    id_number: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkResult:
    """What became of it, and why if that is not plain; no number and no account is in it."""

    outcome: LinkOutcome
    reason: str = ""


def link_account(
    tx: Tx, client: ClientFacts, account: OldAccount, *, occasion: Occasion, actor: str
) -> LinkResult:
    """Make an old account's id the person's `sub` in the client's sector, if both are free."""
    found = _read(tx, account)
    if isinstance(found, LinkResult):
        return found
    sector = sector_of(client)
    known = tx.subjects.find(found.person_id, sector)
    if known is None and tx.subjects.adopt(found.person_id, sector, account.sub):
        event = EventType.SUBJECT_IMPORTED
        tx.audit.add(
            occasion.event(event, actor=actor, person_id=found.person_id, client_id=client.client_id)
        )
        return LinkResult(outcome=LinkOutcome.LINKED)
    if account.sub == (known or tx.subjects.find(found.person_id, sector)):
        return LinkResult(outcome=LinkOutcome.ALREADY)
    if tx.subjects.person_of(sector, account.sub) is not None:
        return LinkResult(outcome=LinkOutcome.CONFLICT, reason="the account is another person's")
    return LinkResult(outcome=LinkOutcome.CONFLICT, reason="the person has another sub here")


def _read(tx: Tx, account: OldAccount) -> Person | LinkResult:
    """Return whose account it is, or why that can't be said."""
    if not _SUB.fullmatch(account.sub):
        return _refused("sub is not 1 to 255 ASCII characters without spaces")
    numbers = {scheme: normal_form(scheme, account.id_number) for scheme in _NUMBERS}
    as_number = {normal_form(scheme, account.sub) for scheme in _NUMBERS}
    if as_number & set(numbers.values()) or is_well_formed(IdentifierScheme.PERSONAL_ID, account.sub):
        return _refused("sub is an ID number, or looks like one")
    good = {scheme: value for scheme, value in numbers.items() if is_well_formed(scheme, value)}
    if not good:
        return _refused("id_number is not twelve characters")
    by_number = (tx.people.find_by_identifier(scheme, value) for scheme, value in good.items())
    person = next((person for person in by_number if person is not None), None)
    if person is None:
        return LinkResult(outcome=LinkOutcome.NOT_FOUND)
    if person.status is PersonStatus.DECEASED:
        return _refused("the person is dead")
    return person


def _refused(reason: str) -> LinkResult:
    return LinkResult(outcome=LinkOutcome.REFUSED, reason=reason)
