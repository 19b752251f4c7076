"""Taking over what registers say: added, changed, the same, of earlier – and what ends with a change of status."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database
from idp.organisations.agency_entry import AgencyEntry
from idp.organisations.entry import RefusedEntry, RegisterEntry, Said
from idp.organisations.model import AgencyKind, OrganisationKind, OrganisationScheme, OrganisationStatus
from idp.organisations.service import Outcome, Registered, change_status, register, register_agency
from idp.protocol.acting import ContextKind, GrantContext
from tests.organisations.samples import make_organisation, tax_code
from tests.stores.samples import DAY, HOUR, NOW, another_node, do, make_grant, see, sign_in

TODAY = Said(source="register", at=NOW)
TOMORROW = Said(source="register", at=NOW + DAY)
ACTOR = "operator:an"


def entry(**changes: Any) -> RegisterEntry:
    values = {
        "kind": OrganisationKind.ENTERPRISE,
        "scheme": OrganisationScheme.TAX_CODE,
        "identifier": tax_code(),
        "name": "Công ty TNHH Hải Long",
        "commune_code": "11311",
    }
    return RegisterEntry(**(values | changes))


@pytest.fixture
def happening(clock: Clock) -> Occasion:
    return Occasion(clock=clock, now=NOW, txn="t")


@pytest.fixture
def say(database: Database[Any], happening: Occasion) -> Callable[..., Any]:
    async def say(one: RegisterEntry, said: Said = TODAY) -> Registered:
        return await do(database, lambda tx: register(tx, one, said, actor=ACTOR, occasion=happening))

    return say


async def events(database: Database[Any], *types: EventType) -> list[dict[str, Any]]:
    def read(tx: Any) -> list[dict[str, Any]]:
        while tx.audit.number(500):
            pass
        found = tx.audit.read(-1, 10_000)
        return [dict(one.event.payload) for one in found if one.event.type in types]

    return await do(database, read)


async def test_an_entry_is_added_once_then_changed_then_the_same(
    database: Database[Any], say: Callable[..., Any]
) -> None:
    one = entry()
    first = await say(one)
    assert first.outcome is Outcome.ADDED
    assert (await say(one)).outcome is Outcome.UNCHANGED
    renamed = replace(one, name="Công ty TNHH Hải Long Mới", commune_code="11329")
    changed = await say(renamed, TOMORROW)
    assert changed.outcome is Outcome.UPDATED
    assert changed.organisation.organisation_id == first.organisation.organisation_id
    assert await say(one) == replace(changed, outcome=Outcome.STALE)
    kept = await see(database, lambda tx: tx.organisations.find(one.scheme, one.identifier))
    assert kept == changed.organisation
    assert (kept.name, kept.source_at) == (renamed.name, TOMORROW.at)
    (registered,) = await events(database, EventType.ORGANISATION_REGISTERED)
    assert registered == {
        "organisation_id": kept.organisation_id,
        "kind": "enterprise",
        "scheme": "vn_tax_code",
        "source": "register",
    }
    (updated,) = await events(database, EventType.ORGANISATION_UPDATED)
    assert updated["fields"] == ["commune_code", "name"]


async def test_what_was_confirmed_later_is_not_changed_by_what_was_said_earlier(
    say: Callable[..., Any],
) -> None:
    one = entry()
    await say(one)
    assert (await say(one, TOMORROW)).outcome is Outcome.UNCHANGED
    between = Said(source="register", at=NOW + HOUR)
    assert (await say(replace(one, name="Công ty TNHH Khác"), between)).outcome is Outcome.STALE


async def test_no_event_holds_a_household_s_number(database: Database[Any], say: Callable[..., Any]) -> None:
    owner = "031183990027"
    household = entry(
        kind=OrganisationKind.HOUSEHOLD_BUSINESS,
        scheme=OrganisationScheme.PERSONAL_ID,
        identifier=owner,
        representatives=(owner,),
    )
    await say(household)
    await say(replace(household, address="Số 9", status=OrganisationStatus.SUSPENDED), TOMORROW)
    payloads = await events(database, *EventType)
    assert len(payloads) >= 3
    for payload in payloads:
        assert owner not in str(payload)


async def test_a_unit_belongs_to_its_enterprise_and_is_refused_without(
    database: Database[Any], say: Callable[..., Any]
) -> None:
    one = entry()
    unit = entry(kind=OrganisationKind.DEPENDENT_UNIT, identifier=f"{one.identifier}-001")
    with pytest.raises(RefusedEntry, match="the enterprise of this unit is not registered"):
        await say(unit)
    assert await events(database, *EventType) == []
    enterprise = (await say(one)).organisation
    assert (await say(unit)).organisation.parent_id == enterprise.organisation_id


async def _granted(database: Database[Any], principal_id: str, kind: ContextKind) -> Any:
    """Let somebody be granted something for an organisation or agency, offline."""
    me = await sign_in(database)
    context = GrantContext(kind=kind, context_id="m", principal_id=principal_id)
    grant = make_grant(me.person.person_id, me.client.client_id, context=context)
    await do(
        database,
        lambda tx: tx.grants.add(
            grant, session_id=me.session.session_id, offline=True, expires_at=NOW + DAY, now=NOW
        ),
    )
    return grant


async def _is_live(database: Database[Any], grant: Any) -> bool:
    _, is_live = await see(database, lambda tx: tx.grants.find_by_gid(grant.gid, NOW))
    return bool(is_live)


@pytest.mark.parametrize("status", [OrganisationStatus.SUSPENDED, OrganisationStatus.DISSOLVED])
async def test_a_change_of_status_ends_what_was_granted_for_it_and_nothing_else(
    database: Database[Any], happening: Occasion, status: OrganisationStatus
) -> None:
    one, other = make_organisation(), make_organisation()
    await do(database, lambda tx: tx.organisations.add_many((one, other)))
    for_one = await _granted(database, one.organisation_id, ContextKind.ORGANISATION)
    for_other = await _granted(database, other.organisation_id, ContextKind.ORGANISATION)

    def change(tx: Any) -> bool:
        return change_status(tx, one.organisation_id, status, "decision 5", actor=ACTOR, occasion=happening)

    assert await do(database, change)
    assert not await do(database, change)
    assert not await _is_live(database, for_one)
    assert await _is_live(database, for_other)
    (event,) = await events(database, EventType.ORGANISATION_STATUS_CHANGED)
    assert event == {
        "organisation_id": one.organisation_id,
        "was": "active",
        "status": status.value,
        "reason": "decision 5",
        "grants": 1,
    }


async def test_the_units_of_a_dissolved_enterprise_are_dissolved_with_it(
    database: Database[Any], say: Callable[..., Any]
) -> None:
    one = entry()
    unit = entry(kind=OrganisationKind.DEPENDENT_UNIT, identifier=f"{one.identifier}-001")
    await say(one)
    unit_id = (await say(unit)).organisation.organisation_id
    for_unit = await _granted(database, unit_id, ContextKind.ORGANISATION)
    done = await say(replace(one, status=OrganisationStatus.DISSOLVED), TOMORROW)
    assert (done.outcome, done.organisation.status) == (Outcome.UPDATED, OrganisationStatus.DISSOLVED)
    assert not await _is_live(database, for_unit)
    kept = await see(database, lambda tx: tx.organisations.get(unit_id))
    assert (kept.status, kept.status_reason) == (
        OrganisationStatus.DISSOLVED,
        "its enterprise is dissolved",
    )


async def test_what_an_operator_set_is_not_undone_by_what_the_register_said_before(
    database: Database[Any], say: Callable[..., Any], clock: Clock
) -> None:
    one = entry()
    this = (await say(one)).organisation.organisation_id
    later = Occasion(clock=clock, now=NOW + HOUR, txn="t")
    await do(
        database,
        lambda tx: change_status(
            tx, this, OrganisationStatus.DISSOLVED, "court", actor=ACTOR, occasion=later
        ),
    )
    assert (await say(one, Said(source="register", at=NOW + HOUR / 2))).outcome is Outcome.STALE
    assert (await say(one, TOMORROW)).organisation.status is OrganisationStatus.ACTIVE


async def test_of_two_files_read_at_once_the_later_stands(
    database: Database[Any], database_url: str, clock: Clock, happening: Occasion
) -> None:
    one = entry()

    async def say(node: Database[Any], hours: int) -> Outcome:
        said = Said(source="register", at=NOW + timedelta(hours=hours))
        named = replace(one, name=f"Công ty {hours}")
        done = await do(node, lambda tx: register(tx, named, said, actor=ACTOR, occasion=happening))
        return done.outcome

    async with another_node(database, database_url, clock) as node:
        outcomes = await asyncio.gather(*(say((database, node)[hours % 2], hours) for hours in range(12)))
    assert outcomes.count(Outcome.ADDED) == 1
    kept = await see(database, lambda tx: tx.organisations.find(one.scheme, one.identifier))
    assert (kept.name, kept.source_at) == ("Công ty 11", NOW + 11 * HOUR)


async def test_an_agency_is_added_changed_and_ends_with_what_was_granted_for_it(
    database: Database[Any], happening: Occasion
) -> None:
    city = AgencyEntry(code="H24", name="Ủy ban nhân dân thành phố", kind=AgencyKind.CITY)
    health = AgencyEntry(code="H24.08", name="Sở Y tế", kind=AgencyKind.DEPARTMENT)

    async def say(one: AgencyEntry, said: Said = TODAY) -> Outcome:
        return await do(database, lambda tx: register_agency(tx, one, said, actor=ACTOR, occasion=happening))

    with pytest.raises(RefusedEntry, match="there is no agency H24, to which it would belong"):
        await say(health)
    assert [await say(city), await say(health), await say(health)] == [
        Outcome.ADDED,
        Outcome.ADDED,
        Outcome.UNCHANGED,
    ]
    for_it = await _granted(database, "H24.08", ContextKind.OFFICIAL)
    assert await say(replace(health, name="Sở Y tế mới"), TOMORROW) is Outcome.UPDATED
    assert await say(replace(health, ended=True)) is Outcome.STALE
    assert await _is_live(database, for_it)
    assert await say(replace(health, ended=True), TOMORROW) is Outcome.UPDATED
    assert await say(replace(health, ended=True), TOMORROW) is Outcome.UNCHANGED
    assert not await _is_live(database, for_it)
    station = AgencyEntry(code="H24.08.001", name="Trạm Y tế", kind=AgencyKind.UNIT)
    with pytest.raises(RefusedEntry, match=r"the agency H24\.08, to which it belongs, has ended"):
        await say(station)
    (ended,) = await events(database, EventType.AGENCY_ENDED)
    assert ended == {"code": "H24.08", "source": "register", "grants": 1}
