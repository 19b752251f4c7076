"""When a sign-in with city credentials is enough, and for what – DESIGN 5.16, Decree 69 Art. 40(4); SECURITY E06."""

from dataclasses import replace

import pytest

from idp.protocol.assurance import Acr, is_passkey
from idp.protocol.facts import OWN_PASSKEYS, LocalLogin, SessionFacts
from idp.protocol.next_step import (
    Issue,
    Refuse,
    SignIn,
    takes_city_credentials,
    takes_session,
    usable_acr,
)
from idp.protocol.offered_ways import offers_city_credentials
from tests import make
from tests.protocol.authorization import Surroundings, decide, issued

SUBSTANTIAL, LOW, HIGH = Acr.SUBSTANTIAL, Acr.LOW, Acr.HIGH
FRESH = make.session_facts(auth_time=make.NOW + make.SECOND)
"""Signed in after the request began."""
CITY_SESSION = make.session_facts(idp="haiphong")
DEGRADED_SESSION = replace(CITY_SESSION, degraded=True, ial_at=make.NOW - make.HOUR)


class TestCityCredentials:
    """Who takes a sign-in with city credentials – DESIGN 5.16, Decree 69 Art. 40(4)."""

    @pytest.mark.parametrize(
        ("local_login", "upstream_down", "takes"),
        [
            (LocalLogin.NEVER, False, False),
            (LocalLogin.NEVER, True, False),
            (LocalLogin.DEGRADED, False, False),
            (LocalLogin.DEGRADED, True, True),
            (LocalLogin.LOW, False, True),
            (LocalLogin.LOW, True, True),
        ],
    )
    def test_only_as_the_relying_party_says(
        self, local_login: LocalLogin, upstream_down: bool, takes: bool
    ) -> None:
        client = make.client(local_login=local_login, default_acr=LOW)
        world = Surroundings(client=client, session=DEGRADED_SESSION, upstream_down=upstream_down)
        assert takes_city_credentials(client, upstream_down=upstream_down) is takes
        step, _ = decide(make.request(client), world)
        assert isinstance(step, Issue) if takes else step == SignIn(acr=LOW)

    def test_a_fresh_one_does_not_open_a_client_that_never_takes_it(self) -> None:
        step, _ = decide(make.request(), Surroundings(session=replace(FRESH, idp="haiphong")))
        assert step == SignIn(acr=SUBSTANTIAL)

    def test_a_session_of_the_national_system_opens_every_client(self) -> None:
        for local_login in LocalLogin:
            issued(Surroundings(client=make.client(local_login=local_login)))

    @pytest.mark.parametrize(
        ("local_login", "idp", "counts"),
        [
            (LocalLogin.LOW, "haiphong", LOW),
            (LocalLogin.LOW, "national", SUBSTANTIAL),
            (LocalLogin.DEGRADED, "haiphong", LOW),
        ],
    )
    def test_where_low_is_taken_low_is_what_it_counts_for(
        self, local_login: LocalLogin, idp: str, counts: Acr
    ) -> None:
        client = make.client(local_login=local_login)
        assert usable_acr(make.session_facts(idp=idp), client, upstream_down=True) is counts

    def test_the_token_never_says_more_than_it_counts_for(self) -> None:
        client = make.client(local_login=LocalLogin.LOW, default_acr=LOW)
        assert issued(Surroundings(client=client, session=CITY_SESSION)).acr is LOW

    @pytest.mark.parametrize("local_login", [LocalLogin.DEGRADED, LocalLogin.LOW])
    @pytest.mark.parametrize("acr", [LOW, SUBSTANTIAL, HIGH])
    @pytest.mark.parametrize("accepts", [False, True])
    @pytest.mark.parametrize("upstream_down", [False, True])
    @pytest.mark.parametrize("degraded", [False, True])
    def test_above_low_only_in_place_of_the_national_system_where_that_is_accepted(
        self, local_login: LocalLogin, acr: Acr, *, accepts: bool, upstream_down: bool, degraded: bool
    ) -> None:  # DOMAIN 3.6
        client = make.client(local_login=local_login, accept_degraded=accepts)
        session = replace(CITY_SESSION, acr=acr, degraded=degraded)
        stands_in = accepts and upstream_down and degraded
        expected = min((acr, SUBSTANTIAL), key=lambda one: one.rank) if stands_in else LOW
        assert usable_acr(session, client, upstream_down=upstream_down) is expected

    @pytest.mark.parametrize(
        ("local_login", "session", "upstream_down", "issues"),
        [
            (LocalLogin.NEVER, DEGRADED_SESSION, True, False),
            (LocalLogin.NEVER, DEGRADED_SESSION, False, False),
            (LocalLogin.DEGRADED, DEGRADED_SESSION, True, True),
            (LocalLogin.DEGRADED, DEGRADED_SESSION, False, False),
            (LocalLogin.DEGRADED, CITY_SESSION, True, False),
            (LocalLogin.DEGRADED, CITY_SESSION, False, False),
            (LocalLogin.LOW, DEGRADED_SESSION, True, True),
            (LocalLogin.LOW, DEGRADED_SESSION, False, False),
        ],
    )
    def test_a_degraded_session_is_silent_nowhere_it_is_not_accepted_nor_after_the_outage(
        self, local_login: LocalLogin, session: SessionFacts, *, upstream_down: bool, issues: bool
    ) -> None:
        client = make.client(local_login=local_login, accept_degraded=True)
        world = Surroundings(client=client, session=session, upstream_down=upstream_down)
        step, _ = decide(make.request(client, prompt="none"), world)
        if issues:
            assert isinstance(step, Issue)
            assert step.session.degraded
        else:
            assert isinstance(step, Refuse)
            assert step.error.error == "login_required"

    def test_nothing_that_outlives_it_is_issued_in_a_degraded_session(self) -> None:
        scopes = frozenset({"openid", "profile", "offline_access"})
        client = make.client(local_login=LocalLogin.DEGRADED, accept_degraded=True, scopes=scopes)
        for session, expected in ((DEGRADED_SESSION, {"openid", "profile"}), (make.session_facts(), scopes)):
            world = Surroundings(
                client=client,
                session=session,
                upstream_down=True,
                consent=make.consent_facts("profile", "offline_access"),
            )
            request = make.request(client, scope="openid profile offline_access", prompt="consent")
            step, _ = decide(request, replace(world, consent_given_now=True))
            assert isinstance(step, Issue)
            assert step.scopes == expected

    @pytest.mark.parametrize(
        ("local_login", "accepts", "acr_values", "offered"),
        [
            (LocalLogin.DEGRADED, False, "LoA1", True),
            (LocalLogin.DEGRADED, False, "LoA2", False),
            (LocalLogin.DEGRADED, True, "LoA2", True),
            (LocalLogin.LOW, False, "LoA2", True),
            (LocalLogin.NEVER, True, "LoA1", False),
        ],
    )
    def test_a_way_that_can_not_reach_the_level_is_not_offered_in_an_outage(
        self, local_login: LocalLogin, acr_values: str, *, accepts: bool, offered: bool
    ) -> None:
        client = make.client(local_login=local_login, accept_degraded=accepts)
        request = make.request(client, acr_values=acr_values)
        assert offers_city_credentials(request, client, upstream_down=True) is offered

    def test_at_a_public_computer_nothing_is_issued_that_outlives_the_session(self) -> None:
        client = make.client(scopes=frozenset({"openid", "offline_access"}))
        world = Surroundings(
            client=client,
            session=make.session_facts(is_public=True, auth_time=make.NOW),
            consent=make.consent_facts("offline_access"),
            consent_given_now=True,
        )
        request = make.request(client, scope="openid offline_access", prompt="consent")
        assert issued(world, request).scopes == {"openid"}
        kept = replace(world, session=make.session_facts(auth_time=make.NOW))
        assert issued(kept, request).scopes == {"openid", "offline_access"}

    def test_where_passkeys_are_kept_a_passkey_counts_in_full_and_a_password_does_not(self) -> None:
        client = make.client(client_id=OWN_PASSKEYS, local_login=LocalLogin.LOW)
        passkey = replace(CITY_SESSION, amr=("pop", "user"))
        assert is_passkey(passkey.amr)
        assert usable_acr(passkey, client, upstream_down=False) is SUBSTANTIAL
        assert usable_acr(CITY_SESSION, client, upstream_down=False) is LOW
        assert usable_acr(passkey, make.client(local_login=LocalLogin.LOW), upstream_down=False) is LOW
        taking_none = make.client(client_id=OWN_PASSKEYS)
        assert takes_session(taking_none, passkey, upstream_down=False)
        assert not takes_session(taking_none, CITY_SESSION, upstream_down=False)
        assert not takes_session(make.client(), passkey, upstream_down=False)

    def test_it_is_no_way_around_a_level(self) -> None:
        client = make.client(local_login=LocalLogin.LOW)
        step, _ = decide(make.request(client), Surroundings(client=client, session=CITY_SESSION))
        assert step == SignIn(acr=SUBSTANTIAL, reason="step-up")
