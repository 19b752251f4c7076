"""What asks for a fresh proof though the level is met: a sign-in that stood out, a hasty act – SECURITY E12, risk.md."""

from datetime import timedelta
from typing import Any

import pytest

from idp.protocol.assurance import Acr
from idp.protocol.next_step import HASTE, PROOF_COUNTS, Issue, SignIn
from tests import make
from tests.protocol.authorization import Surroundings, decide

LOW, SUBSTANTIAL, HIGH = Acr.LOW, Acr.SUBSTANTIAL, Acr.HIGH


def _issues(level: Acr, *, knows_service: bool = True, **session: Any) -> bool:
    """Tell whether a client that asks for this level is answered; else a sign-in of that level is asked for again."""
    client = make.client(default_acr=level)
    world = Surroundings(
        client=client, session=make.session_facts(acr=HIGH, **session), knows_service=knows_service
    )
    step, _ = decide(make.request(client), world)
    assert isinstance(step, Issue) or step == SignIn(acr=level, reason="again")
    return isinstance(step, Issue)


@pytest.mark.parametrize(
    ("asks_more", "level", "ago", "issues"),
    [
        (True, SUBSTANTIAL, PROOF_COUNTS, True),
        (True, SUBSTANTIAL, PROOF_COUNTS + make.SECOND, False),
        (True, LOW, PROOF_COUNTS + make.SECOND, True),
        (False, SUBSTANTIAL, PROOF_COUNTS + make.SECOND, True),
    ],
)
def test_where_the_sign_in_stood_out_a_proof_counts_for_ten_minutes_above_low(
    asks_more: bool, level: Acr, ago: timedelta, issues: bool
) -> None:
    assert _issues(level, asks_more=asks_more, auth_time=make.NOW - ago) is issues


@pytest.mark.parametrize(
    ("level", "known_for", "knows_service", "issues"),
    [
        (HIGH, HASTE - make.SECOND, False, False),
        (HIGH, HASTE, False, True),
        (HIGH, make.SECOND, True, True),
        (SUBSTANTIAL, make.SECOND, False, True),
        (HIGH, None, False, True),
    ],
)
def test_level_high_at_a_new_service_is_proved_anew_until_the_browser_is_known_for_ten_minutes(
    level: Acr, known_for: timedelta | None, knows_service: bool, issues: bool
) -> None:
    since = None if known_for is None else make.NOW - known_for
    assert _issues(level, knows_service=knows_service, device_since=since) is issues


def test_who_has_proved_it_since_the_request_began_goes_on() -> None:
    assert _issues(HIGH, knows_service=False, asks_more=True, device_since=make.NOW, auth_time=make.NOW)
    assert not _issues(HIGH, knows_service=False, device_since=make.NOW, auth_time=make.NOW - make.SECOND)
