"""Leaving the archive of a dissolved organisation to who represented it last, and closing it again (adr/0041)."""

from collections.abc import Iterable
from dataclasses import replace

from idp.audit.occasion import Occasion
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.archive import archive_of
from idp.mandates.model import Mandate, PrincipalKind, Role, Source
from idp.mandates.service.endings import end_one
from idp.mandates.service.recording import give
from idp.transaction import Tx

_TAKEN_BACK = "no longer dissolved"


def last_representatives(tx: Tx, organisation_id: OrganisationId, occasion: Occasion) -> tuple[Mandate, ...]:
    """Return the mandates of the legal representatives there are now: to be asked before a dissolution ends them."""
    held = tx.mandates.of_principal(PrincipalKind.ORGANISATION, organisation_id, since=occasion.now)
    return tuple(
        one
        for one in held
        if one.source is Source.REGISTER and one.role is Role.REPRESENTATIVE and one.is_live(occasion.now)
    )


def leave_archive(tx: Tx, last: Iterable[Mandate], *, actor: str, occasion: Occasion) -> None:
    """Let each who represented a dissolved organisation last read what is kept of it, from now on."""
    given: dict[PersonId, Mandate] = {}
    for one in last:
        begun = replace(
            one,
            mandate_id=MandateId(occasion.clock.token(9)),
            valid_from=occasion.now,
            appointed_by=actor,
            created_at=occasion.now,
        )
        given[one.delegate_id] = archive_of(begun)
    give(tx, tuple(given.values()), actor=actor, occasion=occasion)


def close_archive(tx: Tx, organisation_id: OrganisationId, *, actor: str, occasion: Occasion) -> None:
    """End what a dissolution left that is taken back; who represents it then is its register's next word."""
    for one in tx.mandates.of_principal(PrincipalKind.ORGANISATION, organisation_id, since=occasion.now):
        if one.role is Role.ARCHIVE and not one.is_over(occasion.now):
            end_one(tx, one, _TAKEN_BACK, actor=actor, occasion=occasion)
