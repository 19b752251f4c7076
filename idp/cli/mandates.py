"""`hpid mandates`: what desks do until they have pages: look, appoint on paper, end, contest, clear."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, TypeVar

import typer

from idp.audit.occasion import Occasion
from idp.cli.context import NAMES_AN_ID, AsJson, CommandFailed, carry_out, operator, say, show
from idp.cli.looking import look
from idp.cli.moments import read_day
from idp.cli.reasons import check_reason
from idp.database import Done, Refused
from idp.days import end_of, last_day
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import Area, Extent, Mandate, MandateRefused, PrincipalKind, Role
from idp.mandates.service import (
    appoint_at_desk,
    appoint_guardian,
    clear,
    contest,
    end_by_desk,
    replace_parents,
)
from idp.transaction import Tx

T = TypeVar("T")

app = typer.Typer(help="Who may act for whom.", no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="Why: letter, case or decision.", callback=check_reason)]
Until = Annotated[str, typer.Option(help="The last day, in Việt Nam: 2027-12-31.")]


@app.command()
def of(
    *,
    person: Annotated[str, typer.Option(help="Id of the person who acts.")] = "",
    organisation: Annotated[str, typer.Option(help="Id of the organisation acted for.")] = "",
    ward: Annotated[str, typer.Option(help="Id of the child or person under care.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the mandates a person holds, or those for an organisation or a ward, ended ones too.

    A look at a person's is recorded, and they see it in their history.
    """
    if bool(person) + bool(organisation) + bool(ward) != 1:
        raise CommandFailed("give one of --person, --organisation, --ward")

    def search(tx: Tx) -> tuple[Mandate, ...]:
        if person:
            return tx.mandates.of_delegate(PersonId(person))
        if organisation:
            return tx.mandates.of_principal(PrincipalKind.ORGANISATION, organisation)
        return tx.mandates.of_principal(PrincipalKind.PERSON, ward)

    found = look("mandates", search, whose=lambda _: person or ward)
    show([_row(one) for one in found], as_json=as_json, title="mandates")


@app.command()
def appoint(
    organisation_id: str,
    person_id: str,
    *,
    role: Annotated[Role, typer.Option(help="administrator, approver, maker or viewer.")],
    area: Annotated[list[Area], typer.Option(help="An area; may be given again.")],
    until: Until,
    reason: Reason,
) -> None:
    """Let a person of level 02 act for an organisation, by a letter of its representative."""

    def change(tx: Tx, happening: Occasion) -> Done[Mandate] | Refused:
        extent = Extent(
            role=role,
            services=tuple(one.value for one in area),
            valid_from=happening.now,
            valid_to=end_of(read_day("--until", until)),
        )
        return appoint_at_desk(
            tx,
            OrganisationId(organisation_id),
            PersonId(person_id),
            extent,
            reference=reason,
            actor=operator(),
            occasion=happening,
        )

    say(f"{carry_out(change, MandateRefused, _why).mandate_id} lets them act until the end of {until}")


@app.command()
def guardian(
    ward_id: str,
    person_id: str,
    *,
    decision: Annotated[str, typer.Option(help="Number of the court's decision.", callback=check_reason)],
    until: Until = "",
) -> None:
    """Let a guardian act by a court's decision, for a child until its 18th birthday at most."""

    def change(tx: Tx, happening: Occasion) -> Done[Mandate]:
        given = appoint_guardian(
            tx,
            PersonId(ward_id),
            PersonId(person_id),
            reference=decision,
            valid_to=end_of(read_day("--until", until)) if until else None,
            actor=operator(),
            occasion=happening,
        )
        return Done(given)

    say(f"{carry_out(change, MandateRefused, _why).mandate_id} lets them act")


@app.command()
def parents(child_id: str, person_ids: Annotated[list[str], typer.Argument()]) -> None:
    """Let these parents, and no others, act for a child until its 18th birthday."""

    def change(tx: Tx, happening: Occasion) -> Done[tuple[Mandate, ...]]:
        parent_ids = [PersonId(one) for one in person_ids]
        stand = replace_parents(tx, PersonId(child_id), parent_ids, actor=operator(), occasion=happening)
        _check_all_act(tx, parent_ids, stand)
        return Done(stand)

    say(f"parents who may act: {len(carry_out(change, MandateRefused, _why))}")


@app.command(context_settings=NAMES_AN_ID)
def end(mandate_id: str, *, reason: Reason) -> None:
    """End a mandate, whatever it comes from, with all its delegate got by it."""

    def change(tx: Tx, happening: Occasion) -> Done[Mandate] | Refused:
        ended = end_by_desk(tx, MandateId(mandate_id), reason, actor=operator(), occasion=happening)
        if ended is None:
            return Refused(CommandFailed(f"no mandate {mandate_id} goes on"))
        return Done(ended)

    carry_out(change, MandateRefused, _why)
    say(f"{mandate_id} has ended")


@app.command("contest")
def contest_custody(child_id: str, *, reason: Reason) -> None:
    """Let no parent act for a child until `clear`: they disagree about custody."""
    _set_contested(child_id, partial(contest, reason=reason))


@app.command("clear")
def clear_custody(child_id: str, *, reason: Reason) -> None:
    """Let parents act for a child again; end first the mandate of whom the decision leaves out."""
    _set_contested(child_id, partial(clear, reason=reason))


def _check_all_act(tx: Tx, person_ids: Sequence[PersonId], stand: Sequence[Mandate]) -> None:
    """Undo it all over a slip of the pen: without its parents a child has nobody, and a register alone may say so."""
    acting = {one.delegate_id for one in stand}
    for one in person_ids:
        if tx.people.standing_id(one) not in acting:
            raise CommandFailed(
                f"nothing is changed: {one} can't act as a parent of this child, who must be under 18 and on record,"
                " as they must be, and neither dead nor locked"
            )


def _set_contested(child_id: str, change_them: Callable[..., tuple[Mandate, ...]]) -> None:
    def change(tx: Tx, happening: Occasion) -> Done[int] | Refused:
        changed = change_them(tx, PersonId(child_id), actor=operator(), occasion=happening)
        if not changed:
            return Refused(CommandFailed(f"no parent's mandate for {child_id} is to be changed"))
        return Done(len(changed))

    say(f"mandates changed: {carry_out(change, MandateRefused, _why)}")


def _why(error: MandateRefused) -> str:
    return f"a rule forbids it: {error.rule.value}"


def _row(mandate: Mandate) -> dict[str, object]:
    return {
        "mandate_id": mandate.mandate_id,
        "for": mandate.principal.ref,
        "person_id": mandate.delegate_id,
        "through": mandate.through_id,
        "role": mandate.role.value,
        "source": mandate.source.value,
        "areas": list(mandate.services) or None,
        "until": None if mandate.valid_to is None else str(last_day(mandate.valid_to)),
        "ended": None if mandate.ended_at is None else f"{mandate.ended_at:%Y-%m-%d}: {mandate.end_reason}",
        "contested": mandate.contested,
    }
