"""Notices: a closed vocabulary, no fact but its own, once a day where that is asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.ids import PersonId
from idp.messages.model.notices import FACTS, Notice, notice_message
from idp.outbox.model import NO_CLIENT, OutboxKind, OutboxMessage

NOON = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)  # 12:00 in Việt Nam
HUONG = PersonId("3d9e1b54-0000-4000-8000-000000000001")
AT_NOON = Occasion(clock=Clock(), now=NOON, txn="t")


def looked(occasion: Occasion, actor: str = "operator:lan") -> OutboxMessage:
    return notice_message(HUONG, Notice.OFFICIAL_LOOKED, {"actor": actor}, occasion, once_a_day=True)


def test_a_notice_names_a_person_and_no_client() -> None:
    told = notice_message(HUONG, Notice.NEW_FACTOR, {"factor": "totp"}, AT_NOON, once_a_day=False)
    assert (told.kind, told.client_id, told.person_id) == (OutboxKind.NOTICE, NO_CLIENT, HUONG)
    assert told.payload == {"notice": "new_factor", "factor": "totp"}


@pytest.mark.parametrize("notice", Notice)
def test_a_notice_carries_no_fact_but_its_own(notice: Notice) -> None:
    with pytest.raises(ValueError, match="carries no name"):
        notice_message(HUONG, notice, {"name": "Bấm vào http://gia.vn"}, AT_NOON, once_a_day=False)
    given = dict.fromkeys(FACTS[notice], "x")
    assert notice_message(HUONG, notice, given, AT_NOON, once_a_day=False).payload == {
        "notice": notice.value,
        **given,
    }


def test_once_a_day_counts_days_of_viet_nam() -> None:
    evening = replace(AT_NOON, now=NOON + timedelta(hours=11, minutes=59))
    assert looked(AT_NOON).message_id == looked(evening).message_id
    midnight = replace(AT_NOON, now=NOON + timedelta(hours=12))
    assert looked(AT_NOON).message_id != looked(midnight).message_id
    assert looked(AT_NOON).message_id != looked(AT_NOON, "operator:minh").message_id


def test_two_that_are_not_daily_are_two() -> None:
    first, second = (
        notice_message(HUONG, Notice.NEW_FACTOR, {"factor": "totp"}, AT_NOON, once_a_day=False)
        for _ in range(2)
    )
    assert first.message_id != second.message_id
