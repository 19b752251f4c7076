"""Changes of one principal's mandates at once, over two nodes: the rules hold for whoever comes second (DESIGN 5.7)."""

import asyncio
from typing import Any

from idp.database import Database
from idp.mandates.model import Invitation, Mandate, Role, Rule
from idp.mandates.service import Ended, accept, confirm_removal, end_by_person, offer, replace_representatives
from tests.mandates.samples import make_extent
from tests.stores.mandate_samples import (
    WEEK,
    Company,
    administrator,
    an_offer,
    at,
    events_of,
    make_company,
    of_company,
    offered,
    outcome_of,
    who,
)
from tests.stores.samples import NOW, do, see

Nodes = tuple[Database[Any], Database[Any]]


async def at_once(nodes: Nodes, *cases: Any) -> list[Any]:
    """Run use cases at once, over the nodes in turn."""
    return list(await asyncio.gather(*(outcome_of(nodes[i % 2], case) for i, case in enumerate(cases))))


async def test_of_many_who_offer_the_second_administrators_place_one_does(nodes: Nodes) -> None:
    company = await make_company(nodes[0], people=8)
    await administrator(nodes[0], company, company.people[0])
    wanted = [an_offer(company, one, make_extent(role=Role.ADMINISTRATOR)) for one in company.people[1:]]
    director = company.director.person_id
    answers = await at_once(
        nodes, *(lambda tx, w=w: offer(tx, w, by=director, occasion=at()) for w in wanted)
    )
    assert sum(isinstance(answer, Invitation) for answer in answers) == 1
    assert answers.count(Rule.TWO_ADMINISTRATORS) == len(wanted) - 1


async def test_two_offers_of_before_make_no_third_administrator(nodes: Nodes) -> None:
    company = await make_company(nodes[0])
    first = await offered(nodes[0], company, company.people[0], role=Role.ADMINISTRATOR)
    second = await offered(nodes[0], company, company.people[1], role=Role.ADMINISTRATOR)
    assert isinstance(first, Invitation)
    assert isinstance(second, Invitation)
    # a third was appointed by a desk's import meanwhile: two offers wait, one place is left
    await do(nodes[0], lambda tx: tx.mandates.add([_imported(company)]))
    answers = await at_once(
        nodes,
        lambda tx: accept(tx, first.invitation_id, by=company.people[0].person_id, occasion=at()),
        lambda tx: accept(tx, second.invitation_id, by=company.people[1].person_id, occasion=at()),
    )
    assert sum(isinstance(answer, Mandate) for answer in answers) == 1
    assert answers.count(Rule.TWO_ADMINISTRATORS) == 1


def _imported(company: Company) -> Mandate:
    from tests.mandates.samples import make_administrator

    return make_administrator(company.people[2].person_id, principal_id=company.organisation_id)


async def test_one_offer_is_taken_once(nodes: Nodes) -> None:
    company = await make_company(nodes[0])
    an = company.people[0]
    invitation = await offered(nodes[0], company, an)
    assert isinstance(invitation, Invitation)
    take = [lambda tx: accept(tx, invitation.invitation_id, by=an.person_id, occasion=at())] * 10
    answers = await at_once(nodes, *take)
    assert sum(isinstance(answer, Mandate) for answer in answers) == 1
    assert len(await see(nodes[0], lambda tx: of_company(tx, company))) == 2


async def test_the_last_two_administrators_do_not_remove_each_other(nodes: Nodes) -> None:
    for _ in range(4):
        company = await make_company(nodes[0])
        an, minh = company.people[:2]
        first = await administrator(nodes[0], company, an)
        second = await administrator(nodes[0], company, minh)
        answers = await at_once(
            nodes,
            lambda tx, m=first, p=minh: end_by_person(
                tx, m.mandate_id, by=p.person_id, waits_until=NOW + WEEK, occasion=at()
            ),
            lambda tx, m=second, p=an: end_by_person(
                tx, m.mandate_id, by=p.person_id, waits_until=NOW + WEEK, occasion=at()
            ),
        )
        assert sum(isinstance(answer, Ended) and answer.removal is None for answer in answers) == 1
        assert answers.count(Rule.NOT_ALLOWED) == 1
        left = await see(nodes[0], lambda tx, c=company: of_company(tx, c))
        assert sum(one.role is Role.ADMINISTRATOR for one in left) == 1


async def test_two_directors_who_remove_both_administrators_at_once_leave_one(nodes: Nodes) -> None:
    company = await make_company(nodes[0])
    an, minh, other = company.people
    both = [company.director.person_id, other.person_id]
    await do(
        nodes[0],
        lambda tx: replace_representatives(
            tx, company.organisation_id, both, actor="register", occasion=at()
        ),
    )
    first = await administrator(nodes[0], company, an)
    second = await administrator(nodes[0], company, minh)
    answers = await at_once(
        nodes,
        lambda tx: end_by_person(tx, first.mandate_id, by=both[0], waits_until=NOW + WEEK, occasion=at()),
        lambda tx: end_by_person(tx, second.mandate_id, by=both[1], waits_until=NOW + WEEK, occasion=at()),
    )
    assert sorted(answer.removal is None for answer in answers) == [False, True]
    proposed = next(answer.removal for answer in answers if answer.removal is not None)
    confirmer = next(one for one in both if one != proposed.proposed_by)
    confirm = [lambda tx: confirm_removal(tx, proposed.removal_id, by=confirmer, occasion=at())] * 6
    confirmed = await at_once(nodes, *confirm)
    assert sum(isinstance(answer, Ended) for answer in confirmed) == 1
    assert confirmed.count(Rule.OVER) == 5
    assert len(await see(nodes[0], lambda tx: events_of(tx, "mandate:ended"))) == 2


async def test_two_readings_of_a_register_at_once_leave_one_of_them_whole(nodes: Nodes) -> None:
    company = await make_company(nodes[0], people=4)
    ids = [one.person_id for one in company.people]
    await asyncio.gather(
        *(
            do(
                nodes[i % 2],
                lambda tx, said=said: replace_representatives(
                    tx, company.organisation_id, said, actor="register", occasion=at()
                ),
            )
            for i, said in enumerate([ids[:2], ids[2:]] * 4)
        )
    )
    left = await see(nodes[0], lambda tx: of_company(tx, company))
    assert who(left) in ({*ids[:2]}, {*ids[2:]})
    assert len(left) == 2
