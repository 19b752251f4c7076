"""Which requests are taken on when many are under way (SECURITY R30): rules as values, then over ASGI."""

import asyncio

import pytest

from idp.admission import Admission, Busy, Kind
from idp.clock import Clock
from idp.edge.kinds import kind_of

SESSION = [(b"accept", b"*/*"), (b"cookie", b"hpid-lang=vi; __Host-hpid-session=hp_s_x")]
SIGN_IN = [(b"cookie", b"hpid-i-abc=sealed")]


@pytest.mark.parametrize(
    ("path", "headers", "kind"),
    [
        ("/token", [], Kind.FIRST),
        ("/userinfo", SESSION, Kind.FIRST),
        ("/par", [], Kind.FIRST),
        ("/end_session", [], Kind.FIRST),
        ("/authorize", [], Kind.NEW),
        ("/authorize", [(b"cookie", b"hpid-lang=vi")], Kind.NEW),
        ("/authorize", SESSION, Kind.UNDER_WAY),
        ("/authorize", [(b"cookie", b"__Host-hpid-official=hp_s_x")], Kind.UNDER_WAY),
        ("/sign-in", SIGN_IN, Kind.UNDER_WAY),
        ("/sign-in/national", SIGN_IN, Kind.UPSTREAM),
        ("/sign-in/waiting", SESSION, Kind.UPSTREAM),
        ("/upstream/national/callback", SIGN_IN, Kind.UNDER_WAY),
        ("/no-such-page", [], Kind.NEW),
        ("/register", [], Kind.ADMINISTRATION),
        ("/administrator/start", SIGN_IN, Kind.ADMINISTRATION),
        ("/scim/v2/Users", [], Kind.RECORDS),
        ("/scim/v2/Bulk", SESSION, Kind.RECORDS),
        ("/health/ready", [], Kind.ALWAYS),
        ("/jwks", [], Kind.ALWAYS),
        ("/.well-known/openid-configuration", [], Kind.ALWAYS),
        ("/static/hpid.0.css", [], Kind.ALWAYS),
    ],
)
def test_a_request_is_of_the_kind_its_path_and_cookies_tell(
    path: str, headers: list[tuple[bytes, bytes]], kind: Kind
) -> None:
    assert kind_of(path, headers) is kind


def test_new_sign_ins_are_refused_first_services_last_and_administration_is_apart() -> None:
    admission = Admission(16)
    refused_at: dict[Kind, int] = {}
    for under_way in range(40):
        for kind in Kind:
            if not admission.admits(kind):
                refused_at.setdefault(kind, under_way)
        admission.count(Kind.FIRST, 1)
    assert refused_at == {Kind.UPSTREAM: 4, Kind.NEW: 8, Kind.UNDER_WAY: 12, Kind.FIRST: 16}
    for kind in (Kind.ADMINISTRATION, Kind.RECORDS):
        for _ in range(2):
            assert admission.admits(kind)
            admission.count(kind, 1)
        assert not admission.admits(kind)


def test_a_place_is_given_back_and_none_is_taken_that_is_not_there() -> None:
    admission = Admission(16)
    admission.enter(Kind.FIRST)
    assert admission.under_way == 1
    admission.leave(Kind.FIRST)
    assert admission.under_way == 0
    admission.count(Kind.FIRST, 16)
    with pytest.raises(Busy):
        admission.enter(Kind.FIRST)
    assert admission.under_way == 16


def test_a_process_that_stays_late_takes_nobody_new_on_and_all_again_after() -> None:
    admission = Admission(16)
    seen = (
        *((0.9, 0.1, True), (0.9, 0.1, True), (0.9, 0.1, False), (0.0, 0.1, True)),
        *((0.2, 1.0, True), (0.2, 1.0, True), (0.2, 1.0, False), (0.0, 1.0, True)),
        *((0.2, 0.1, True),) * 4,  # late, but it is others who keep it waiting
    )
    for late, busy, taken in seen:
        admission.look(late, busy=busy)
        assert admission.admits(Kind.NEW) is taken
        assert admission.admits(Kind.UNDER_WAY)
        assert admission.admits(Kind.FIRST)


def test_who_waits_for_an_upstream_gives_way_as_soon_as_others_would_notice() -> None:
    admission = Admission(16)
    seen = (
        *((0.1, 1.0, 0, True),) * 4,
        *((0.1, 1.0, 0, False),) * 2,
        (0.1, 0.2, 0, True),  # late, but it is others who keep it waiting
        (0.03, 1.0, 9, True),
        (0.03, 1.0, 9, False),
        (0.03, 0.2, 9, True),
        (0.01, 1.0, 9, True),
    )
    for late, busy, waiting, taken in seen:
        admission.look(late, busy=busy, waiting=waiting)
        assert admission.admits(Kind.UPSTREAM) is taken, (late, busy, waiting)
        assert admission.admits(Kind.NEW)


async def test_a_process_that_has_nothing_to_do_gives_way_to_nobody() -> None:
    admission = Admission(16)
    looking = asyncio.create_task(admission.watch(Clock(), lambda: 9))
    await asyncio.sleep(0.3)
    looking.cancel()
    assert admission.admits(Kind.UPSTREAM)


def test_not_all_are_asked_to_come_again_at_once() -> None:
    admission = Admission(16)
    assert {admission.refused(Kind.NEW) for _ in range(8)} == {2, 3, 4, 5}
    assert {admission.refused(Kind.UPSTREAM) for _ in range(21)} == set(range(10, 31))
