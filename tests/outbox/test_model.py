"""When a message that did not arrive is due again, and what an answer means (Back-Channel Logout 1.0 §2.8)."""

from datetime import timedelta

import pytest

from idp.outbox.model import Attempt, OutboxKind, OutboxMessage, next_attempt_at, next_pause
from idp.outbox.rest import Resting
from tests import make

NOW = make.NOW
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def message(attempts: int, *, age: timedelta = timedelta()) -> OutboxMessage:
    return OutboxMessage(
        message_id="m",
        kind=OutboxKind.BACKCHANNEL_LOGOUT,
        client_id="portal",
        logout_id="l",
        payload={},
        created_at=NOW - age,
        next_attempt_at=NOW,
        attempts=attempts,
    )


def test_pauses_double_from_a_second_to_an_hour() -> None:
    assert [next_pause(n) / SECOND for n in (1, 2, 3, 11, 12, 13, 14, 99)] == [
        *(1, 2, 4, 1024, 2048, 3600, 3600, 3600)
    ]


@pytest.mark.parametrize("status", [200, 204])
def test_200_and_204_acknowledge(status: int) -> None:
    attempt = Attempt(status=status)
    assert (attempt.is_acknowledged, attempt.is_answered, attempt.is_refused, attempt.reason) == (
        *(True, True, False),
        "",
    )


@pytest.mark.parametrize("status", [400, 401, 404, 405, 301, 302, 307])
def test_what_is_refused_or_redirected_was_answered_and_is_given_up_after_an_hour(status: int) -> None:
    attempt = Attempt(status=status)
    assert (attempt.is_acknowledged, attempt.is_answered, attempt.is_refused) == (False, True, True)
    assert attempt.reason == f"status {status}"
    assert next_attempt_at(message(1), attempt, NOW, give_up_after=DAY) == NOW + SECOND
    assert (
        next_attempt_at(message(12, age=timedelta(minutes=10)), attempt, NOW, give_up_after=DAY)
        == NOW + 2048 * SECOND
    )
    assert next_attempt_at(message(12, age=timedelta(minutes=30)), attempt, NOW, give_up_after=DAY) is None


@pytest.mark.parametrize(
    "attempt",
    [
        Attempt(error="fetch failed: timeout"),
        *(Attempt(status=one) for one in (408, 425, 429, 500, 503, 201)),
    ],
)
def test_who_did_not_answer_properly_is_tried_for_a_day(attempt: Attempt) -> None:
    assert (attempt.is_acknowledged, attempt.is_answered, attempt.is_refused) == (False, False, False)
    assert attempt.reason
    hour = timedelta(hours=1)
    assert next_attempt_at(message(30, age=DAY - hour), attempt, NOW, give_up_after=DAY) == NOW + hour
    assert (
        next_attempt_at(message(30, age=DAY - timedelta(minutes=59)), attempt, NOW, give_up_after=DAY) is None
    )


@pytest.mark.parametrize("attempt", [Attempt(status=400), Attempt(error="fetch failed: timeout")])
def test_who_set_less_patience_waits_for_nobody_longer(attempt: Attempt) -> None:
    patience = timedelta(minutes=5)
    assert next_attempt_at(message(1), attempt, NOW, give_up_after=patience) == NOW + SECOND
    late = message(1, age=patience)
    assert next_attempt_at(late, attempt, NOW, give_up_after=patience) is None


def test_what_can_t_end_otherwise_is_given_up_at_once() -> None:
    attempt = Attempt(error="gone", is_final=True)
    assert attempt.is_answered
    assert next_attempt_at(message(1), attempt, NOW, give_up_after=DAY) is None


def test_a_client_that_does_not_answer_rests_longer_each_time_and_at_most_a_minute() -> None:
    resting = Resting()
    assert resting.at(NOW) == []
    pauses = [(resting.failed("a", NOW) - NOW) / SECOND for _ in range(9)]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert resting.at(NOW) == ["a"]
    assert resting.at(NOW + 60 * SECOND) == []
    assert resting.answered("a", SECOND)
    assert resting.at(NOW) == []
    assert not resting.answered("a", SECOND), "it was back before"
    assert resting.failed("a", NOW) == NOW + SECOND


def test_who_answers_late_is_sent_a_few_at_once_until_they_are_prompt_again() -> None:
    resting = Resting()

    def widths(took: timedelta, times: int) -> list[int]:
        return [resting.answered("a", took) or resting.width("a") for _ in range(times)]

    assert widths(2 * SECOND, 6) == [2, 4, 8, 16, 20, 20]
    assert widths(2.1 * SECOND, 2) == [4, 4]
    assert widths(SECOND, 3) == [8, 16, 20]
