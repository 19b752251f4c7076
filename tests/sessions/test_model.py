"""How long a session lives, to the moment – SP 800-63B-4 §5, DESIGN 5.4; SECURITY B10, R19."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from idp.clock import CLOCKS_APART
from idp.ids import ClientId, PersonId
from idp.protocol.assurance import Acr
from idp.sessions.model import Session
from idp.settings import Lifetimes
from tests import make

LIFE = Lifetimes(session_idle=30 * make.MINUTE, session_low=10 * make.HOUR)
MOMENT = timedelta(microseconds=1)
SESSION = Session(
    session_id="session",
    person_id=PersonId("person"),
    created_at=make.NOW - make.HOUR,
    last_seen_at=make.NOW,
    expires_at=make.NOW + 24 * make.HOUR,
    auth_time=make.NOW - make.HOUR,
    acr=Acr.SUBSTANTIAL,
    amr=("pwd", "otp"),
    ial=2,
    idp="national",
)


def _is_live(**changes: Any) -> bool:
    return replace(SESSION, **changes).is_live(make.NOW, LIFE)


def test_it_is_over_at_its_absolute_limit_however_lately_it_was_used() -> None:
    assert _is_live(expires_at=make.NOW + MOMENT)
    assert not _is_live(expires_at=make.NOW)


@pytest.mark.parametrize(
    ("acr", "degraded", "idle"),
    [
        (Acr.LOW, False, LIFE.session_low),
        (Acr.LOW, True, LIFE.session_idle),  # it stands in for the national system and lives no longer
        (Acr.SUBSTANTIAL, False, LIFE.session_idle),
        (Acr.SUBSTANTIAL, True, LIFE.session_idle),
        (Acr.HIGH, False, LIFE.session_idle),
    ],
)
def test_it_is_over_once_nobody_used_it_for_the_idle_time_of_its_level(
    acr: Acr, degraded: bool, idle: timedelta
) -> None:
    assert _is_live(acr=acr, degraded=degraded, last_seen_at=make.NOW - idle + MOMENT)
    assert not _is_live(acr=acr, degraded=degraded, last_seen_at=make.NOW - idle)


@pytest.mark.parametrize("began", ["created_at", "auth_time"])
def test_one_that_begins_later_than_clocks_may_differ_is_none(began: str) -> None:
    assert _is_live(**{began: make.NOW + CLOCKS_APART})
    assert not _is_live(**{began: make.NOW + CLOCKS_APART + MOMENT})


def test_an_ended_one_is_over_whatever_its_limits_say() -> None:
    assert not _is_live(ended_at=make.NOW)


def test_the_rules_are_told_all_that_narrows_it() -> None:
    """A fact that does not reach the rules narrows nothing."""
    told = replace(
        SESSION,
        degraded=True,
        is_public=True,
        asks_more=True,
        device_since=make.NOW,
        ial_at=make.NOW,
        told_ended=(ClientId("portal"),),
    ).facts()
    assert told.degraded
    assert told.is_public
    assert told.asks_more
    assert (told.device_since, told.ial_at, told.told_ended) == (make.NOW, make.NOW, ("portal",))
