"""What is issued for an organisation or agency comes wholly before its end, and ends with it, or not at all."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database
from idp.ids import OfficialId, OrganisationId, PersonId, PostId
from idp.mandates.service import held as mandate_held
from idp.mandates.service import replace_representatives
from idp.officials.model import Official, Post
from idp.officials.service import choices_of as posts_of
from idp.officials.service import held as post_held
from idp.organisations.agency_entry import AgencyEntry
from idp.organisations.entry import Said
from idp.organisations.model import AgencyKind, OrganisationStatus
from idp.organisations.service import change_status, register_agency
from idp.protocol.acting import GrantContext
from idp.protocol.context import Choice
from tests.organisations.samples import make_agency, make_organisation
from tests.stores.samples import (
    DAY,
    NOW,
    another_node,
    at_once,
    do,
    make_client,
    make_grant,
    make_person,
    see,
)

HEALTH = AgencyEntry(code="H24.08", name="Sở Y tế", kind=AgencyKind.DEPARTMENT)


def happening(clock: Clock) -> Occasion:
    return Occasion(clock=clock, now=NOW, txn="t")


async def _issue_and_end(
    nodes: list[Database[Any]],
    person_id: PersonId,
    held: Callable[[Any], Choice | None],
    end: Callable[[Any], object],
) -> int:
    """Issue from many requests while it ends; return how many of the grants are live afterwards."""
    client = make_client("egov")
    await do(nodes[0], lambda tx: tx.clients.put(client, NOW))
    turns = itertools.count()

    def issue_or_end(tx: Any) -> None:
        if next(turns) % 6 == 3:
            end(tx)
        elif (choice := held(tx)) is not None:
            context = GrantContext(
                kind=choice.kind, context_id=choice.choice_id, principal_id=choice.principal_id
            )
            grant = make_grant(person_id, client.client_id, context=context)
            tx.grants.add(grant, session_id="s", offline=True, expires_at=NOW + DAY, now=NOW)

    await at_once(nodes, issue_or_end, times=12)
    return len(await do(nodes[0], lambda tx: tx.grants.revoke_of_person(person_id, NOW, "test")))


def _held_by_mandate(tx: Any, *, person_id: PersonId, mandate_id: str) -> Choice | None:
    return mandate_held(tx, person_id, mandate_id, now=NOW)


def _dissolve(tx: Any, *, this: OrganisationId, occasion: Occasion) -> None:
    gone = OrganisationStatus.DISSOLVED
    change_status(tx, this, gone, "decision 5", actor="operator:an", occasion=occasion)


def _held_by_post(tx: Any, *, person_id: PersonId, code: str) -> Choice | None:
    return post_held(tx, person_id, PostId(f"post-{code}"), now=NOW)


def _end_agency(tx: Any, *, code: str, occasion: Occasion) -> None:
    said = Said(source="agencies", at=NOW)
    register_agency(tx, replace(HEALTH, code=code, ended=True), said, actor="operator:an", occasion=occasion)


async def test_nothing_issued_for_an_organisation_outlives_it(
    database: Database[Any], database_url: str, clock: Clock
) -> None:
    director = make_person()
    await do(database, lambda tx: tx.people.add(director))
    async with another_node(database, database_url, clock) as node:
        for _ in range(4):
            one = make_organisation()

            def begin(tx: Any, one: Any = one) -> str:
                tx.organisations.add(one)
                people = (director.person_id,)
                (mandate,) = replace_representatives(
                    tx, one.organisation_id, people, actor="operator:an", occasion=happening(clock)
                )
                return str(mandate.mandate_id)

            mandate_id = await do(database, begin)
            live = await _issue_and_end(
                [database, node],
                director.person_id,
                partial(_held_by_mandate, person_id=director.person_id, mandate_id=mandate_id),
                partial(_dissolve, this=one.organisation_id, occasion=happening(clock)),
            )
            assert live == 0


def _post(code: str, person_id: PersonId) -> Official:
    post = Post(
        post_id=PostId(f"post-{code}"),
        official_id=OfficialId(f"official-{code}"),
        agency_code=code,
        position="Chuyên viên",
        starts_at=NOW - DAY,
    )
    return Official(
        official_id=post.official_id,
        person_id=person_id,
        employee_number=f"CB-{code}",
        agency_code=code,
        posts=(post,),
        created_at=NOW,
        updated_at=NOW,
    )


async def test_nobody_holds_a_post_of_an_agency_that_ended_and_nothing_issued_for_it_outlives_it(
    database: Database[Any], database_url: str, clock: Clock
) -> None:
    person = make_person()
    codes = ("H24.08", "H24.09", "H24.10")

    def begin(tx: Any) -> None:
        tx.people.add(person)
        tx.agencies.put(make_agency("H24"))
        for code in codes:
            tx.agencies.put(make_agency(code))
            assert tx.officials.add(_post(code, person.person_id))

    await do(database, begin)
    assert len(await see(database, lambda tx: posts_of(tx, person, now=NOW))) == len(codes)
    async with another_node(database, database_url, clock) as node:
        for code in codes:
            live = await _issue_and_end(
                [database, node],
                person.person_id,
                partial(_held_by_post, person_id=person.person_id, code=code),
                partial(_end_agency, code=code, occasion=happening(clock)),
            )
            assert live == 0
    assert await see(database, lambda tx: posts_of(tx, person, now=NOW)) == ()
