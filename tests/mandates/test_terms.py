"""From when and until when a power, an offer of one, and a proposal to end one hold, to the moment (DOMAIN §3.1)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from idp.ids import OrganisationId
from idp.mandates.model import Invitation, Role
from tests.mandates.samples import COMPANY, DAY, NOW, make_appointment, make_mandate, make_removal, person

MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("changes", "now", "is_live", "is_over"),
    [
        ({"valid_from": NOW}, NOW - MOMENT, False, False),
        ({"valid_from": NOW}, NOW, True, False),
        ({"valid_to": NOW}, NOW - MOMENT, True, False),
        ({"valid_to": NOW}, NOW, False, True),
        ({"valid_to": None}, NOW + 100 * 365 * DAY, True, False),
        ({"valid_to": None, "ended_at": NOW}, NOW, False, True),
        ({"ended_at": NOW}, NOW, False, True),
        ({"contested": True}, NOW, True, False),
    ],
)
def test_a_mandate_holds_from_its_first_moment_until_just_before_its_last(
    changes: dict[str, Any], now: datetime, is_live: bool, is_over: bool
) -> None:
    mandate = make_mandate(person("lan"), **changes)
    assert (mandate.is_live(now), mandate.is_over(now)) == (is_live, is_over)


def test_it_was_over_when_somebody_ended_it_else_by_its_term() -> None:
    assert make_mandate(person("lan"), valid_to=NOW + DAY, ended_at=NOW).over_at == NOW
    assert make_mandate(person("lan"), valid_to=NOW + DAY).over_at == NOW + DAY


def test_a_firm_s_appointment_is_over_at_the_end_of_its_term_or_once_ended() -> None:
    appointment = replace(make_appointment(), valid_to=NOW)
    assert not appointment.is_over(NOW - MOMENT)
    assert appointment.is_over(NOW)
    assert replace(appointment, valid_to=NOW + DAY, ended_at=NOW).is_over(NOW)


def test_an_offer_is_open_until_it_expires_its_term_is_over_or_somebody_closes_it() -> None:
    offer = Invitation(
        invitation_id="invitation",
        principal_id=OrganisationId(COMPANY),
        role=Role.MAKER,
        services=("tax",),
        valid_from=NOW - DAY,
        valid_to=NOW + DAY,
        shown="Nguyễn Thị Lan, ··· 027",
        invited_by=person("minh"),
        created_at=NOW - DAY,
        expires_at=NOW + DAY,
    )
    assert offer.is_open(NOW + DAY - MOMENT)
    assert not replace(offer, expires_at=NOW).is_open(NOW)
    assert not replace(offer, valid_to=NOW).is_open(NOW)
    assert not replace(offer, closed_at=NOW).is_open(NOW)


def test_a_proposal_is_open_until_it_expires_or_somebody_closes_it() -> None:
    proposal = replace(make_removal(make_mandate(person("minh")), person("lan")), expires_at=NOW + DAY)
    assert proposal.is_open(NOW + DAY - MOMENT)
    assert not proposal.is_open(NOW + DAY)
    assert not replace(proposal, closed_at=NOW).is_open(NOW)
