"""What a change of status ends: the grants given for an organisation, and with a dissolution its mandates and units.

Who represented it last is left its archive.

A token says the status of the organisation it is for, so that a grant does not outlive it (DESIGN 5.2, 5.5).
"""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.ids import OrganisationId
from idp.mandates.model import organisation
from idp.mandates.service import (
    close_archive,
    end_of_organisation,
    last_representatives,
    leave_archive,
)
from idp.organisations.entry import Said
from idp.organisations.model import Organisation, OrganisationStatus
from idp.sessions.service import tell_of_ended
from idp.transaction import Tx

_MOST_UNITS = 999
"""By the three digits of their numbers."""
_DISSOLVED = "organisation dissolved"
_WITH_ITS_ENTERPRISE = "its enterprise is dissolved"


def change_status(
    tx: Tx,
    organisation_id: OrganisationId,
    status: OrganisationStatus,
    reason: str,
    *,
    actor: str,
    occasion: Occasion,
    said: Said | None = None,
) -> bool:
    """Set what an organisation is now and end what hung on what it was; False: it is so already, or is not there.

    `said`: who says so and as of when, so that what is of earlier changes nothing later; else the actor, now.
    """
    said = said or Said(source=actor, at=occasion.now)
    kept = _locked(tx, organisation_id)
    if kept is None or kept.status is status:
        return False
    tx.organisations.set_status(
        organisation_id, status, reason, source=said.source, source_at=said.at, now=occasion.now
    )
    if status is OrganisationStatus.DISSOLVED:
        last = last_representatives(tx, organisation_id, occasion)
        end_of_organisation(tx, organisation_id, _DISSOLVED, actor=actor, occasion=occasion)
        leave_archive(tx, last, actor=actor, occasion=occasion)
    elif kept.status is OrganisationStatus.DISSOLVED:
        close_archive(tx, organisation_id, actor=actor, occasion=occasion)
    ended = tx.grants.revoke_of_principal(organisation_id, occasion.now, f"organisation {status.value}")
    tell_of_ended(tx, ended, occasion=occasion)
    tx.audit.add(
        occasion.event(
            EventType.ORGANISATION_STATUS_CHANGED,
            actor=actor,
            organisation_id=organisation_id,
            was=kept.status.value,
            status=status.value,
            reason=reason,
            grants=len(ended),
        )
    )
    if status is OrganisationStatus.DISSOLVED:
        for unit in tx.organisations.units_of(organisation_id, _MOST_UNITS):
            unit_id = unit.organisation_id
            change_status(
                tx, unit_id, status, _WITH_ITS_ENTERPRISE, actor=actor, occasion=occasion, said=said
            )
    return True


def _locked(tx: Tx, organisation_id: OrganisationId) -> Organisation | None:
    """Return an organisation, which nobody changes meanwhile: what was issued for it until then is there to be ended."""
    if tx.organisations.get(organisation_id) is None:
        return None
    tx.organisations.lock(organisation_id)
    tx.mandates.lock_principal(organisation(organisation_id))
    return tx.organisations.get(organisation_id)
