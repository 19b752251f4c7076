"""What may be given, by whom, and who may take it away (DOMAIN §3.1)."""

from collections.abc import Iterable

import pytest

from idp.mandates.model import Extent, Mandate, Powers, PrincipalKind, Role, Rule, Source
from idp.mandates.rules import (
    Ending,
    check_acceptance,
    check_addition,
    check_appointment,
    check_confirmation,
    check_ending,
    check_naming,
)
from tests.mandates.samples import (
    DAY,
    FIRM,
    NOW,
    YEAR,
    make_administrator,
    make_appointment,
    make_extent,
    make_mandate,
    make_removal,
    make_representative,
    person,
)

LAN, MINH, HAI, AN = (person(name) for name in ("lan", "minh", "hai", "an"))
DIRECTOR = make_representative(LAN)
ADMINISTRATOR = make_administrator(MINH)
ADMIN = make_extent(role=Role.ADMINISTRATOR)
STAFF = make_extent()


@pytest.mark.parametrize(
    ("held", "wanted", "rule"),
    [
        ([DIRECTOR], ADMIN, None),
        ([DIRECTOR], STAFF, None),
        ([DIRECTOR], make_extent(role=Role.APPROVER, services=("land", "labour")), None),
        ([], STAFF, Rule.NOT_ALLOWED),
        ([make_mandate(LAN)], STAFF, Rule.NOT_ALLOWED),
        ([make_mandate(LAN, role=Role.VIEWER)], STAFF, Rule.NOT_ALLOWED),
        ([make_mandate(LAN, role=Role.APPROVER)], STAFF, Rule.NOT_ALLOWED),
        ([make_representative(LAN, ended_at=NOW - DAY)], STAFF, Rule.NOT_ALLOWED),
        ([make_representative(LAN, valid_from=NOW + DAY)], STAFF, Rule.NOT_ALLOWED),
        ([make_administrator(LAN, valid_to=NOW)], STAFF, Rule.NOT_ALLOWED),
        ([make_mandate(LAN, principal_kind=PrincipalKind.PERSON, role=Role.PARENT)], STAFF, Rule.NOT_ALLOWED),
        ([make_administrator(LAN, through_id=FIRM)], STAFF, Rule.THROUGH_A_FIRM),
        ([make_administrator(LAN)], STAFF, None),
        ([make_administrator(LAN)], ADMIN, None),
        ([make_administrator(LAN)], make_extent(services=("land",)), Rule.WIDER),
        ([make_administrator(LAN)], make_extent(services=("tax", "land")), Rule.WIDER),
        ([make_administrator(LAN)], make_extent(valid_to=NOW + YEAR), None),
        ([make_administrator(LAN)], make_extent(valid_to=NOW + YEAR + DAY), Rule.LONGER),
        ([make_administrator(LAN)], make_extent(valid_from=NOW - 2 * DAY), Rule.LONGER),
        ([DIRECTOR], make_extent(role=Role.REPRESENTATIVE), Rule.NOT_APPOINTABLE),
        ([DIRECTOR], make_extent(role=Role.PARENT), Rule.NOT_APPOINTABLE),
        ([DIRECTOR], make_extent(powers=Powers.FULL), Rule.NOT_APPOINTABLE),
        ([DIRECTOR], make_extent(services=()), Rule.AREAS),
        ([DIRECTOR], make_extent(services=("magic",)), Rule.AREAS),
        ([DIRECTOR], make_extent(valid_to=None), Rule.TERM),
        ([DIRECTOR], make_extent(valid_to=NOW), Rule.TERM),
        ([DIRECTOR], make_extent(valid_from=NOW + 2 * DAY, valid_to=NOW + DAY), Rule.TERM),
        ([DIRECTOR, ADMINISTRATOR], ADMIN, None),
        ([DIRECTOR, ADMINISTRATOR, make_administrator(HAI)], ADMIN, Rule.TWO_ADMINISTRATORS),
        (
            [DIRECTOR, ADMINISTRATOR, make_administrator(HAI, valid_from=NOW + DAY)],
            ADMIN,
            Rule.TWO_ADMINISTRATORS,
        ),
        ([DIRECTOR, ADMINISTRATOR, make_administrator(HAI, ended_at=NOW)], ADMIN, None),
        ([DIRECTOR, ADMINISTRATOR, make_administrator(HAI)], STAFF, None),
        ([make_administrator(LAN, services=("tax",)), DIRECTOR], make_extent(services=("land",)), None),
    ],
)
def test_who_may_appoint_what(held: Iterable[Mandate], wanted: Extent, rule: Rule | None) -> None:
    assert check_appointment(wanted, by=LAN, held=held, now=NOW) is rule


def test_an_administrator_who_is_invited_takes_one_of_the_two_places() -> None:
    held = [DIRECTOR, ADMINISTRATOR]
    assert check_appointment(ADMIN, by=LAN, held=held, invited=[STAFF], now=NOW) is None
    assert check_appointment(ADMIN, by=LAN, held=held, invited=[ADMIN], now=NOW) is Rule.TWO_ADMINISTRATORS


@pytest.mark.parametrize(
    ("delegate", "held", "wanted", "rule"),
    [
        (HAI, [DIRECTOR], ADMIN, None),
        (LAN, [DIRECTOR], ADMIN, Rule.SELF),
        (HAI, [make_representative(AN)], ADMIN, Rule.NOT_ALLOWED),
        (HAI, [DIRECTOR, ADMINISTRATOR, make_administrator(AN)], ADMIN, Rule.TWO_ADMINISTRATORS),
        (HAI, [DIRECTOR, make_administrator(HAI)], ADMIN, Rule.ALREADY),
        (HAI, [DIRECTOR, make_administrator(HAI, ended_at=NOW)], ADMIN, None),
        (HAI, [DIRECTOR, make_mandate(HAI)], STAFF, None),
        (HAI, [DIRECTOR, ADMINISTRATOR], ADMIN, None),
        (HAI, [DIRECTOR, make_mandate(HAI)], ADMIN, None),
        (HAI, [DIRECTOR], make_extent(valid_to=NOW), Rule.TERM),
    ],
)
def test_what_was_offered_is_checked_again_when_it_is_taken(
    delegate: str, held: list[Mandate], wanted: Extent, rule: Rule | None
) -> None:
    assert check_acceptance(wanted, by=LAN, delegate=person(delegate[3:]), held=held, now=NOW) is rule


@pytest.mark.parametrize(
    ("wanted", "held", "invited", "rule"),
    [
        (ADMIN, [DIRECTOR], [], None),
        (ADMIN, [ADMINISTRATOR], [STAFF], None),
        (ADMIN, [ADMINISTRATOR], [ADMIN], Rule.TWO_ADMINISTRATORS),
        (ADMIN, [ADMINISTRATOR, make_administrator(AN)], [], Rule.TWO_ADMINISTRATORS),
        (ADMIN, [make_administrator(HAI)], [], Rule.ALREADY),
        (ADMIN, [ADMINISTRATOR, make_administrator(AN, ended_at=NOW)], [], None),
        (STAFF, [ADMINISTRATOR, make_administrator(AN)], [], None),
        (STAFF, [make_administrator(HAI)], [], None),
    ],
)
def test_a_desk_makes_no_third_administrator_and_is_bound_so_for_nobody_else(
    wanted: Extent, held: list[Mandate], invited: list[Extent], rule: Rule | None
) -> None:
    assert check_addition(wanted, HAI, held=held, invited=invited, now=NOW) is rule


STAFF_MANDATE = make_mandate(AN)
SECOND = make_administrator(HAI)


@pytest.mark.parametrize(
    ("target", "by", "held", "expected"),
    [
        (STAFF_MANDATE, LAN, [DIRECTOR, STAFF_MANDATE], Ending.NOW),
        (STAFF_MANDATE, MINH, [ADMINISTRATOR, STAFF_MANDATE], Ending.NOW),
        (STAFF_MANDATE, AN, [STAFF_MANDATE], Ending.NOW),
        (STAFF_MANDATE, HAI, [STAFF_MANDATE, make_mandate(HAI)], Rule.NOT_ALLOWED),
        (STAFF_MANDATE, HAI, [STAFF_MANDATE, make_administrator(HAI, through_id=FIRM)], Rule.THROUGH_A_FIRM),
        (ADMINISTRATOR, LAN, [DIRECTOR, ADMINISTRATOR], Ending.PROPOSED),
        (ADMINISTRATOR, LAN, [DIRECTOR, ADMINISTRATOR, SECOND], Ending.NOW),
        (ADMINISTRATOR, HAI, [ADMINISTRATOR, SECOND], Ending.NOW),
        (
            ADMINISTRATOR,
            LAN,
            [DIRECTOR, ADMINISTRATOR, make_administrator(HAI, ended_at=NOW)],
            Ending.PROPOSED,
        ),
        (ADMINISTRATOR, MINH, [ADMINISTRATOR], Ending.NOW),
        (DIRECTOR, LAN, [DIRECTOR], Rule.FROM_REGISTER),
        (DIRECTOR, MINH, [DIRECTOR, ADMINISTRATOR], Rule.FROM_REGISTER),
        (make_mandate(AN, source=Source.COURT, role=Role.GUARDIAN), AN, [], Rule.FROM_REGISTER),
        (make_mandate(AN, ended_at=NOW), LAN, [DIRECTOR], Rule.OVER),
        (make_mandate(AN, valid_to=NOW), LAN, [DIRECTOR], Rule.OVER),
    ],
)
def test_who_may_end_what(target: Mandate, by: str, held: list[Mandate], expected: Ending | Rule) -> None:
    assert check_ending(target, by=person(by[3:]), held=held, now=NOW) is expected


def test_a_firm_calls_its_people_back() -> None:
    through = make_mandate(AN, through_id=FIRM)
    of_firm = [make_representative(HAI, principal_id=FIRM), make_mandate(MINH, principal_id=FIRM)]
    for by, expected in ((HAI, Ending.NOW), (MINH, Rule.NOT_ALLOWED)):
        found = check_ending(through, by=by, held=[DIRECTOR, through], held_of_firm=of_firm, now=NOW)
        assert found is expected


@pytest.mark.parametrize(
    ("by", "held", "rule"),
    [
        (HAI, [DIRECTOR, ADMINISTRATOR, make_representative(HAI)], None),
        (MINH, [DIRECTOR, ADMINISTRATOR], None),
        (LAN, [DIRECTOR, ADMINISTRATOR], Rule.SECOND_PERSON),
        (AN, [DIRECTOR, ADMINISTRATOR, STAFF_MANDATE], Rule.NOT_ALLOWED),
        (MINH, [ADMINISTRATOR], Rule.OVER),
    ],
)
def test_who_may_confirm_the_removal_of_the_last_administrator(
    by: str, held: list[Mandate], rule: Rule | None
) -> None:
    removal = make_removal(ADMINISTRATOR, LAN)
    assert check_confirmation(removal, ADMINISTRATOR, by=person(by[3:]), held=held, now=NOW) is rule


def test_a_proposal_that_is_over_confirms_nothing() -> None:
    held = [DIRECTOR, ADMINISTRATOR, make_representative(HAI)]
    late = make_removal(ADMINISTRATOR, LAN, expires_at=NOW)
    closed = make_removal(ADMINISTRATOR, LAN, closed_at=NOW)
    ended = make_administrator(MINH, ended_at=NOW)
    assert check_confirmation(late, ADMINISTRATOR, by=HAI, held=held, now=NOW) is Rule.OVER
    assert check_confirmation(closed, ADMINISTRATOR, by=HAI, held=held, now=NOW) is Rule.OVER
    assert check_confirmation(make_removal(ended, LAN), ended, by=HAI, held=held, now=NOW) is Rule.OVER


OF_FIRM = [
    make_representative(LAN, principal_id=FIRM),
    make_mandate(AN, principal_id=FIRM, role=Role.VIEWER),
    make_mandate(HAI, principal_id=FIRM, through_id=FIRM),
    make_mandate(MINH, principal_id=FIRM, ended_at=NOW),
]
THROUGH = make_mandate(AN, through_id=FIRM)


@pytest.mark.parametrize(
    ("by", "delegate", "through", "rule"),
    [
        (LAN, AN, [], None),
        (LAN, LAN, [], None),
        (LAN, AN, [THROUGH], Rule.ALREADY),
        (LAN, LAN, [THROUGH], None),
        (LAN, AN, [make_mandate(AN, through_id=FIRM, ended_at=NOW)], None),
        (LAN, HAI, [], Rule.NOT_OF_THE_FIRM),
        (LAN, MINH, [], Rule.NOT_OF_THE_FIRM),
        (LAN, person("nobody"), [], Rule.NOT_OF_THE_FIRM),
        (AN, AN, [], Rule.NOT_ALLOWED),
        (HAI, AN, [], Rule.THROUGH_A_FIRM),
    ],
)
def test_a_firm_says_which_of_its_people_act(
    by: str, delegate: str, through: list[Mandate], rule: Rule | None
) -> None:
    found = check_naming(
        make_appointment(),
        person(delegate[3:]),
        by=person(by[3:]),
        held_of_firm=OF_FIRM,
        held_through_firm=through,
        now=NOW,
    )
    assert found is rule


def test_nobody_is_named_for_a_client_that_has_left() -> None:
    for over in (make_appointment(ended_at=NOW), make_appointment(valid_to=NOW)):
        found = check_naming(over, AN, by=LAN, held_of_firm=OF_FIRM, held_through_firm=[], now=NOW)
        assert found is Rule.OVER
