"""Powers whose giving, or taking, somebody says was not theirs: they end, whoever has them by now (adr/0051).

Only what that one act brought about: whoever passed for them may have let an accomplice in, who would act on while its
giver's account is locked. What they gave at other times stands, and is ended by hand.
"""

from collections.abc import Iterable
from datetime import datetime

from idp.audit.occasion import Occasion, person_ref
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import FirmAppointment, Invitation, Mandate, PrincipalKind, Source, organisation
from idp.mandates.rules import may_manage
from idp.mandates.service.endings import end_one
from idp.mandates.service.firm_endings import end_appointment
from idp.transaction import Tx

_REASON = "disputed by its giver"
_TAKEN = "disputed by its holder"


def end_given(tx: Tx, person_id: PersonId, at: datetime, *, occasion: Occasion) -> None:
    """End what somebody gave in a person's name at a moment: taken offers, firms, and whom their firm named."""
    givers = {person_ref(one) for one in tx.people.records_of(person_id)}
    offers: list[Invitation] = []
    firms: list[FirmAppointment] = []
    named: list[Mandate] = []
    for each in _organisations(tx, person_id):
        made, appointed = tx.mandate_invitations.made_at(each, at), tx.mandate_firms.of_principal(each, at)
        offers += (one for one in made if one.invited_by == person_id)
        firms += (one for one in appointed if (one.created_at, one.appointed_by in givers) == (at, True))
        named += (one for one in tx.mandates.named_at(each, at) if one.appointed_by in givers)
    touched = {one.principal_id for one in offers} | {one.principal_id for one in firms}
    for principal_id in sorted(touched | {OrganisationId(one.principal_id) for one in named}):
        tx.mandates.lock_principal(organisation(principal_id))
    actor = person_ref(person_id)
    for mandate in (*(one for offer in offers for one in _taken(tx, offer, givers)), *named):
        end_one(tx, mandate, _REASON, actor=actor, occasion=occasion)
    for firm in firms:
        end_appointment(tx, firm, _REASON, actor=actor, occasion=occasion)


def end_taken(tx: Tx, person_id: PersonId, mandate_id: MandateId, *, occasion: Occasion) -> None:
    """End what a person holds by appointment; what registers and courts say stands."""
    found = tx.mandates.get(mandate_id)
    if found is None or found.delegate_id != person_id or found.source is not Source.APPOINTED:
        return
    tx.mandates.lock_principal(found.principal)
    end_one(tx, found, _TAKEN, actor=person_ref(person_id), occasion=occasion)


def others_act(tx: Tx, person_id: PersonId, now: datetime) -> bool:
    """Tell whether others, or a firm, act by appointment for an organisation that a person manages."""
    held = tx.mandates.of_delegate(person_id, since=now)
    for each in sorted({OrganisationId(one.principal_id) for one in held if may_manage(one, now)}):
        of_it = tx.mandates.of_principal(PrincipalKind.ORGANISATION, each, since=now)
        appointed = (one for one in of_it if one.source is Source.APPOINTED and one.delegate_id != person_id)
        firms = tx.mandate_firms.of_principal(each, now)
        if not all(one.is_over(now) for one in appointed) or not all(one.is_over(now) for one in firms):
            return True
    return False


def _organisations(tx: Tx, person_id: PersonId) -> Iterable[OrganisationId]:
    """Return those in whose name they may have given power, also if they manage them no more."""
    held = (one for record in tx.people.records_of(person_id) for one in tx.mandates.of_delegate(record))
    of_organisations = (one for one in held if one.principal_kind is PrincipalKind.ORGANISATION)
    return sorted({OrganisationId(one.principal_id) for one in of_organisations if one.through_id is None})


def _taken(tx: Tx, offer: Invitation, givers: set[str]) -> Iterable[Mandate]:
    """Return what an offer has become: made in the moment that closed it, as far as it reached."""
    closed = tx.mandate_invitations.get(offer.invitation_id)  # anew: its principal is locked now
    if closed is None or closed.closed_at is None:
        return ()
    made = tx.mandates.of_principal(PrincipalKind.ORGANISATION, closed.principal_id, since=closed.closed_at)
    return [
        one
        for one in made
        if one.created_at == closed.closed_at and one.appointed_by in givers and one.extent == closed.extent
    ]
