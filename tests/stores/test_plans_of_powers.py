"""Organisations, officials and mandates: every statement finds its rows by an index (PERFORMANCE, growth)."""

from typing import Any

import pytest
from sqlalchemy import text

from idp.database import Database
from idp.ids import MandateId, OfficialId, PostId
from idp.mandates.model import PrincipalKind, organisation, ward
from idp.mandates.service import invitee_of
from idp.officials.model import AgencyRole, Official, Post
from idp.officials.query import Compare, Every, Field, GroupQuery, HoldsPost, Operator, Query
from idp.officials.roles import Role
from idp.organisations.model import OrganisationStatus
from tests.organisations.samples import make_agency, make_organisation
from tests.stores.plans import Part, walks_of
from tests.stores.samples import NOW, SignedIn


def _organisations(tx: Any, me: SignedIn) -> None:
    del me
    one = make_organisation()
    tx.organisations.add(one)
    tx.organisations.get(one.organisation_id)
    tx.organisations.lock(one.organisation_id)
    tx.organisations.find(one.scheme, one.identifier)
    tx.organisations.search_by_name("hai", 20)
    tx.organisations.units_of(one.organisation_id, 20)
    tx.organisations.update(one)
    tx.organisations.renumber(one.organisation_id, one.scheme, "0200000007", NOW)
    tx.organisations.set_status(
        one.organisation_id, OrganisationStatus.DISSOLVED, "", source="", source_at=NOW, now=NOW
    )
    reading = text("SELECT * FROM organisations WHERE organisation_id = :this")
    row = tx.connection.execute(reading, {"this": one.organisation_id}).mappings().one()
    tx.organisations.reseal(row)
    tx.agencies.put(make_agency("H24"))
    tx.agencies.get("H24")
    tx.agencies.lock("H24")
    tx.agencies.hold("H24")
    tx.agencies.below("H24")
    tx.agencies.end("H24", NOW)


def _officials(tx: Any, me: SignedIn) -> None:
    official_id, post_id = OfficialId("o"), PostId("p")
    post = Post(
        post_id=post_id, official_id=official_id, agency_code="H24.08", position="Chuyên viên", starts_at=NOW
    )
    official = Official(
        official_id=official_id,
        person_id=me.person.person_id,
        employee_number="CB1",
        agency_code="H24.08",
        posts=(post,),
        created_at=NOW,
        updated_at=NOW,
    )
    assert tx.officials.add(official)
    tx.officials.lock(official_id)
    tx.officials.hold_of_post(post_id)
    tx.officials.find_by_number("CB1")
    tx.officials.of_person(me.person.person_id)
    tx.officials.page("H24", after="A", limit=10)
    tx.officials.update(official)
    tx.officials.correct_post(post, now=NOW)
    tx.officials.overdue(NOW, 10)
    tx.officials.close_post(post, now=NOW, reason="")
    tx.officials.waiting(NOW, 10)
    tx.officials.looked(official_id, NOW)
    tx.officials.link(official_id, me.person.person_id)
    tx.officials.call("hr", official_id, "mine")
    tx.officials.external_ids("hr", [official_id])
    group = AgencyRole(agency_code="H24.08", role=Role.LEADER)
    in_group = GroupQuery(root="H24", now=NOW, agency="H24.08", role="leader")
    tx.officials.groups(in_group, skip=0, limit=10)
    tx.officials.groups(GroupQuery(root="H24", now=NOW), skip=0, limit=10)
    tx.officials.members(group, root="H24", now=NOW, limit=10)
    for condition in (
        Every(),
        Compare(field=Field.EMPLOYEE_NUMBER, operator=Operator.EQUALS, value="cb1"),
        Compare(field=Field.EXTERNAL_ID, operator=Operator.EQUALS, value="mine"),
        HoldsPost(of=Compare(field=Field.POST_ROLE, operator=Operator.EQUALS, value="leader")),
        Compare(field=Field.CHANGED, operator=Operator.OVER, value=NOW),
    ):
        tx.officials.search(Query(root="H24", client_id="hr", condition=condition, limit=10, now=NOW))
    tx.officials.remove(official_id, NOW)


def _mandates(tx: Any, me: SignedIn) -> None:
    person_id = me.person.person_id
    company = organisation("c")
    invitation = invitee_of("031190000001", "nguyen van a")
    tx.mandates.get("m")
    tx.mandates.lock("m")
    tx.mandates.of_delegate(person_id)
    tx.mandates.of_delegate(person_id, since=NOW)
    tx.mandates.of_principal(company.kind, company.id)
    tx.mandates.of_principal(company.kind, company.id, since=NOW)
    tx.mandates.of_principal(PrincipalKind.PERSON, person_id)
    tx.mandates.of_principal(PrincipalKind.PERSON, person_id, since=NOW)
    tx.mandates.cut_of_principal(ward(person_id), NOW, "")
    tx.mandates.written_since(person_id, NOW)
    tx.mandates.move(MandateId("m"), person_id, person_id)
    tx.mandates.count_of_person(person_id, NOW)
    tx.mandates.of_appointment("a")
    tx.mandates.named_at("f", NOW)
    tx.mandates.due(NOW, 10)
    tx.mandates.end("m", NOW, "")
    tx.mandates.cut_of_principal(company, NOW, "")
    tx.mandates.cut_of_appointment("a", NOW, "")
    tx.mandates.cut_through("f", NOW, "")
    tx.mandates.cut_through("f", NOW, "", person_id)
    tx.mandates.cut_of_delegate(person_id, NOW, "")
    tx.mandates.set_contested(ward(person_id), contested=True)
    tx.mandates.erase_ended(NOW, 10)
    tx.mandate_firms.get("a")
    tx.mandate_firms.of_principal("c", NOW)
    tx.mandate_firms.of_firm("f", 10)
    tx.mandate_firms.due(NOW, 10)
    tx.mandate_firms.cut("c", NOW, "")
    tx.mandate_firms.end("a", NOW, "")
    tx.mandate_firms.erase_ended(NOW, 10)
    tx.mandate_invitations.get("i")
    tx.mandate_invitations.of_invitee(invitation, 10)
    tx.mandate_invitations.of_principal("c")
    tx.mandate_invitations.made_at("c", NOW)
    tx.mandate_invitations.close("i", NOW, "")
    tx.mandate_invitations.erase_expired(NOW, 10)
    tx.mandate_removals.get("r")
    tx.mandate_removals.of_principal("c")
    tx.mandate_removals.close("r", NOW, person_id)
    tx.mandate_removals.erase_expired(NOW, 10)


@pytest.mark.parametrize("part", [_organisations, _officials, _mandates])
async def test_no_statement_walks_through_a_table(database: Database[Any], part: Part) -> None:
    assert await walks_of(database, part) == []
