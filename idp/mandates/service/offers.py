"""A mandate is offered to a number and a name, and begins when whoever has both takes it (adr/0029).

Whoever offers learns nothing about anybody: the answer is the same whether such a person exists or not.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.database import Done, Refused
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import (
    Extent,
    Invitation,
    Invitee,
    Mandate,
    MandateRefused,
    Powers,
    PrincipalKind,
    Rule,
    Source,
)
from idp.mandates.rules import check_acceptance, check_appointment, managing, why_not_managing
from idp.mandates.service.recording import give, refuse, tell_of_power
from idp.messages.model.notices import Act
from idp.name_fold import fold, to_nfc
from idp.people.model import Person, PersonStatus
from idp.transaction import Tx

MOST_OPEN = 50
"""Offers of one organisation that wait at once."""
_SHOWN_DIGITS = 3
_LEVEL_02 = 2
_NOT_IN_NUMBERS = re.compile(r"[\s.-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is offered, for whom and to whom."""

    principal_id: OrganisationId
    invitee: Invitee
    extent: Extent
    shown: str = field(repr=False)
    """What the inviter may see again of whom they meant."""
    waits_until: datetime


def offer(tx: Tx, wanted: Offer, *, by: PersonId, occasion: Occasion) -> Done[Invitation] | Refused:
    """Offer a mandate in an organisation that `by` manages."""
    invitation = _invitation(wanted, by, occasion)
    principal = invitation.principal
    tx.mandates.lock_principal(principal)
    held = tx.mandates.of_principal(principal.kind, principal.id, since=occasion.now)
    waiting = [
        one for one in tx.mandate_invitations.of_principal(wanted.principal_id) if one.is_open(occasion.now)
    ]
    broken = check_appointment(
        wanted.extent, by=by, held=held, invited=[one.extent for one in waiting], now=occasion.now
    )
    if broken is None and len(waiting) >= MOST_OPEN:
        broken = Rule.TOO_MANY
    inviter = tx.people.canonical(by)
    if broken is None and (inviter is None or wanted.invitee.number == _number(inviter.profile.personal_id)):
        broken = Rule.SELF
    if broken is not None:
        return refuse(tx, "offer", principal, broken, by=by, occasion=occasion)
    tx.mandate_invitations.add(invitation, wanted.invitee)
    tx.audit.add(
        occasion.event(
            EventType.MANDATE_OFFERED,
            actor=person_ref(by),
            person_id=by,
            invitation_id=invitation.invitation_id,
            principal=principal.ref,
            role=invitation.role.value,
            services=list(invitation.services),
            valid_to=invitation.valid_to.isoformat(),
        )
    )
    tell_of_power(tx, by, Act.POWER_GIVEN, occasion=occasion)
    return Done(invitation)


def offered_to(tx: Tx, person: Person, *, now: datetime, most: int = 20) -> tuple[Invitation, ...]:
    """Return what is offered to a person: number and name are theirs, as proved at level 02."""
    profile = person.profile
    if not profile.personal_id or not _may_accept(person):
        return ()
    found = tx.mandate_invitations.of_invitee(invitee_of(profile.personal_id, profile.full_name), most)
    return tuple(one for one in found if one.is_open(now))


def accept(tx: Tx, invitation_id: str, *, by: PersonId, occasion: Occasion) -> Done[Mandate] | Refused:
    """Take what is offered; who offered it must still hold as much, not be locked, and not be held back (adr/0048)."""
    person = tx.people.canonical(by)
    invitation = _mine(tx, person, invitation_id, occasion.now)
    if person is None or invitation is None:
        return Refused(MandateRefused(Rule.OVER))
    principal = invitation.principal
    tx.mandates.lock_principal(principal)
    held = tx.mandates.of_principal(principal.kind, principal.id, since=occasion.now)
    broken = check_acceptance(
        invitation.extent,
        by=invitation.invited_by,
        delegate=person.person_id,
        held=held,
        now=occasion.now,
    )
    if broken is None and not _may_give(tx, invitation.invited_by, occasion.now):
        broken = Rule.NOT_ALLOWED  # who took over their account may have offered it
    if broken is None and not tx.mandate_invitations.close(invitation_id, occasion.now, "accepted"):
        broken = Rule.OVER
    if broken is not None:
        return refuse(tx, "accept", principal, broken, by=by, occasion=occasion)
    mandate = Mandate(
        mandate_id=MandateId(occasion.clock.token(9)),
        principal_kind=PrincipalKind.ORGANISATION,
        principal_id=invitation.principal_id,
        delegate_id=person.person_id,
        source=Source.APPOINTED,
        role=invitation.role,
        powers=Powers.LISTED,
        services=invitation.services,
        valid_from=invitation.valid_from,
        valid_to=invitation.valid_to,
        appointed_by=person_ref(invitation.invited_by),
        created_at=occasion.now,
    )
    give(tx, (mandate,), actor=person_ref(by), occasion=occasion)
    return Done(mandate)


def _may_give(tx: Tx, invited_by: PersonId, now: datetime) -> bool:
    """Tell whether somebody who offered a mandate may give it now: after a recovery that waits, begun before or not."""
    inviter = tx.people.canonical(invited_by)
    if inviter is None or inviter.status is not PersonStatus.ACTIVE:
        return False
    return tx.recovery_holds.until(inviter.person_id, now) is None


def decline(tx: Tx, invitation_id: str, *, by: PersonId, occasion: Occasion) -> Done[Invitation] | Refused:
    """Say no to what is offered."""
    invitation = _mine(tx, tx.people.canonical(by), invitation_id, occasion.now)
    return _close(tx, invitation, "declined", by=by, occasion=occasion)


def take_back(tx: Tx, invitation_id: str, *, by: PersonId, occasion: Occasion) -> Done[Invitation] | Refused:
    """Take back an offer of an organisation that `by` manages."""
    invitation = tx.mandate_invitations.get(invitation_id)
    if invitation is None:
        return Refused(MandateRefused(Rule.OVER))
    principal = invitation.principal
    tx.mandates.lock_principal(principal)
    held = tx.mandates.of_principal(principal.kind, principal.id, since=occasion.now)
    if not managing(held, by, occasion.now):
        broken = why_not_managing(held, by, occasion.now)
        return refuse(tx, "take back", principal, broken, by=by, occasion=occasion)
    return _close(tx, invitation, "taken back", by=by, occasion=occasion)


def invitee_of(number: str, full_name: str) -> Invitee:
    """Return number and name in the form in which two spellings meet."""
    return Invitee(number=_number(number), name_fold=fold(full_name))


def shown_as(number: str, full_name: str) -> str:
    """Return what an inviter may see again of whom they meant."""
    return f"{to_nfc(full_name)} (••• {_number(number)[-_SHOWN_DIGITS:]})"


def _invitation(wanted: Offer, by: PersonId, occasion: Occasion) -> Invitation:
    extent = wanted.extent
    return Invitation(
        invitation_id=occasion.clock.token(9),
        principal_id=wanted.principal_id,
        role=extent.role,
        services=tuple(sorted(set(extent.services))),
        valid_from=extent.valid_from,
        valid_to=extent.valid_to or extent.valid_from,
        shown=wanted.shown,
        invited_by=by,
        created_at=occasion.now,
        expires_at=wanted.waits_until,
    )


def _mine(tx: Tx, person: Person | None, invitation_id: str, now: datetime) -> Invitation | None:
    if person is None:
        return None
    return next((one for one in offered_to(tx, person, now=now) if one.invitation_id == invitation_id), None)


def _close(
    tx: Tx, invitation: Invitation | None, reason: str, *, by: PersonId, occasion: Occasion
) -> Done[Invitation] | Refused:
    if (
        invitation is None
        or tx.mandate_invitations.close(invitation.invitation_id, occasion.now, reason) is None
    ):
        return Refused(MandateRefused(Rule.OVER))
    tx.audit.add(
        occasion.event(
            EventType.MANDATE_OFFER_CLOSED,
            actor=person_ref(by),
            person_id=by,
            invitation_id=invitation.invitation_id,
            principal=invitation.principal.ref,
            reason=reason,
        )
    )
    return Done(invitation)


def _may_accept(person: Person) -> bool:
    return person.status is PersonStatus.ACTIVE and person.account_level >= _LEVEL_02


def _number(text: str) -> str:
    return _NOT_IN_NUMBERS.sub("", unicodedata.normalize("NFKC", text)).upper()
