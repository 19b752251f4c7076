"""The decision at the heart, branch by branch – OpenID Connect Core §3.1.2.3–3.1.2.6, §5.5, DESIGN 5.16; SECURITY E06."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from idp.protocol.assurance import Acr
from idp.protocol.errors import (
    LoginRequired,
)
from idp.protocol.facts import ClientFacts, Profile, SessionFacts
from idp.protocol.next_step import (
    Consent,
    Issue,
    SignIn,
    required_acr,
)
from tests import make
from tests.protocol.authorization import Surroundings, decide, issued, refused

SUBSTANTIAL, LOW, HIGH = Acr.SUBSTANTIAL, Acr.LOW, Acr.HIGH
FRESH = make.session_facts(auth_time=make.NOW + make.SECOND)
"""Signed in after the request began."""
LATER = make.NOW + 20 * make.MINUTE
ESSENTIAL_HIGH = '{"id_token":{"acr":{"essential":true,"values":["LoA3"]}}}'


def test_a_settled_request_takes_two_look_ups_and_issues() -> None:  # DESIGN §4: silent SSO
    step, asked = decide(make.request(), Surroundings())
    assert step == Issue(
        session=make.session_facts(), scopes=frozenset({"openid", "profile"}), acr=SUBSTANTIAL
    )
    assert asked == ["session", "consent"]


def test_nothing_is_looked_up_about_a_person_before_somebody_is_signed_in() -> None:
    _, asked = decide(make.request(hinted_sub="sub-of-portal"), Surroundings(session=None))
    assert asked == ["session"]


class TestNobodySignedIn:
    """No session – Core §3.1.2.3."""

    @pytest.mark.parametrize(
        ("prompt", "reason"),
        [
            (None, ""),
            ("login", ""),
            ("consent", ""),
            ("select_account", "select"),
            ("login select_account", "select"),
        ],
    )
    def test_somebody_must_sign_in(self, prompt: str | None, reason: Any) -> None:
        step, _ = decide(make.request(prompt=prompt), Surroundings(session=None))
        assert step == SignIn(acr=SUBSTANTIAL, reason=reason)

    def test_silently_it_is_login_required(self) -> None:  # Core §3.1.2.6; PROTOCOL rule 3
        assert isinstance(refused(Surroundings(session=None)), LoginRequired)


class TestPrompt:
    """prompt with a session – Core §3.1.2.1."""

    @pytest.mark.parametrize(
        ("prompt", "reason"),
        [
            ("login", "again"),
            ("login consent", "again"),
            ("create", "again"),
            ("select_account", "select"),
            ("login select_account", "select"),
        ],
    )
    def test_an_older_session_does_not_answer_login_or_select_account(self, prompt: str, reason: Any) -> None:
        step, asked = decide(make.request(prompt=prompt), Surroundings())
        assert step == SignIn(acr=SUBSTANTIAL, reason=reason)
        assert asked == ["session"]

    @pytest.mark.parametrize("prompt", ["login", "select_account", "login select_account", "create"])
    def test_a_sign_in_after_the_request_does_and_never_loops(self, prompt: str) -> None:
        step, _ = decide(make.request(prompt=prompt), Surroundings(session=FRESH), now=LATER)
        assert isinstance(step, Issue)

    def test_a_sign_in_at_the_very_moment_of_the_request_is_fresh(self) -> None:
        session = make.session_facts(auth_time=make.NOW)
        assert isinstance(decide(make.request(prompt="login"), Surroundings(session=session))[0], Issue)

    def test_none_is_silent_where_all_is_settled(self) -> None:
        assert issued(Surroundings(), make.request(prompt="none")).acr is SUBSTANTIAL

    def test_consent_asks_though_all_is_settled_and_once(self) -> None:
        request = make.request(prompt="consent")
        assert decide(request, Surroundings())[0] == Consent(scopes=("profile",))
        assert isinstance(decide(request, Surroundings(consent_given_now=True))[0], Issue)

    def test_consent_with_nothing_to_ask_shows_who_asks(self) -> None:
        request = make.request(prompt="consent", scope="openid")
        assert decide(request, Surroundings())[0] == Consent(scopes=("openid",))
        assert isinstance(decide(request, Surroundings(consent_given_now=True))[0], Issue)

    def test_login_comes_before_consent(self) -> None:
        request = make.request(prompt="consent login")
        assert isinstance(decide(request, Surroundings())[0], SignIn)
        assert isinstance(decide(request, Surroundings(session=FRESH))[0], Consent)


class TestMaxAge:
    """max_age – Core §3.1.2.1; the session is 60 s old."""

    @pytest.mark.parametrize(
        ("max_age", "is_enough"),
        [
            ("0", False),
            ("1", False),
            ("59", False),
            ("60", True),
            ("61", True),
            ("999999999", True),
            (None, True),
        ],
    )
    def test_an_older_sign_in_does_not_count(self, max_age: str | None, is_enough: bool) -> None:
        step, _ = decide(make.request(max_age=max_age), Surroundings())
        assert step == SignIn(acr=SUBSTANTIAL, reason="again") if not is_enough else isinstance(step, Issue)

    @pytest.mark.parametrize("max_age", ["0", "1"])
    def test_a_sign_in_after_the_request_counts_however_long_the_pages_take(self, max_age: str) -> None:
        step, _ = decide(make.request(max_age=max_age), Surroundings(session=FRESH), now=LATER)
        assert isinstance(step, Issue)

    @pytest.mark.parametrize("max_age", ["0", "59"])
    def test_silently_it_is_login_required(self, max_age: str) -> None:
        assert isinstance(refused(Surroundings(), max_age=max_age), LoginRequired)

    def test_the_age_of_the_client_counts_where_the_request_names_none(self) -> None:  # Registration §2
        client = make.client(default_max_age=30)
        step, _ = decide(make.request(client), Surroundings(client=client))
        assert step == SignIn(acr=SUBSTANTIAL, reason="again")


class TestSubject:
    """id_token_hint, claims sub – Core §3.1.2.1, §5.5.1."""

    BY_CLAIMS = '{"id_token":{"sub":{"value":"sub-of-portal"}}}'

    @pytest.mark.parametrize(
        "parameters", [{"hinted_sub": "sub-of-portal"}, {"claims": BY_CLAIMS}], ids=["hint", "claims"]
    )
    @pytest.mark.parametrize("prompt", [None, "none"])
    def test_the_person_meant_goes_through(self, parameters: dict[str, Any], prompt: str | None) -> None:
        step, asked = decide(make.request(prompt=prompt, **parameters), Surroundings())
        assert isinstance(step, Issue)
        assert asked == ["session", "subject", "consent"]

    @pytest.mark.parametrize("subject", ["sub-of-another", None, ""])
    @pytest.mark.parametrize("session", [make.session_facts(), FRESH], ids=["older", "fresh"])
    def test_anybody_else_must_let_them_sign_in(self, subject: str | None, session: SessionFacts) -> None:
        world = Surroundings(subject=subject, session=session)
        step, _ = decide(make.request(hinted_sub="sub-of-portal"), world)
        assert step == SignIn(acr=SUBSTANTIAL, reason="other-person")

    def test_silently_it_is_login_required(self) -> None:  # Core §3.1.2.1: login_required
        error = refused(Surroundings(subject="sub-of-another"), hinted_sub="sub-of-portal")
        assert isinstance(error, LoginRequired)

    def test_an_empty_subject_is_never_met(self) -> None:
        request = make.request(claims='{"id_token":{"sub":{"value":""}}}')
        assert decide(request, Surroundings(subject=None))[0] == SignIn(
            acr=SUBSTANTIAL, reason="other-person"
        )


REQUIRED: list[tuple[ClientFacts, dict[str, str], Acr]] = [
    (make.client(), {}, SUBSTANTIAL),
    (make.client(profile=Profile.OIDC), {}, LOW),
    (make.client(default_acr=LOW), {}, LOW),
    (make.client(profile=Profile.OIDC, default_acr=HIGH), {}, HIGH),
    (make.client(default_acr=HIGH), {"acr_values": "LoA1"}, LOW),
    (make.client(), {"acr_values": "LoA3 LoA2"}, SUBSTANTIAL),
    (make.client(), {"acr_values": "LoA3 silver"}, HIGH),
    (make.client(), {"acr_values": "silver"}, SUBSTANTIAL),
    (make.client(), {"acr_values": "LoA1", "claims": ESSENTIAL_HIGH}, HIGH),
]


@pytest.mark.parametrize(("client", "parameters", "level"), REQUIRED)
def test_the_level_is_the_weakest_asked_for_or_the_default(
    client: ClientFacts, parameters: dict[str, Any], level: Acr
) -> None:  # Core §3.1.2.1, DOMAIN 3.4
    assert required_acr(make.request(client, **parameters), client) is level


class TestLevel:
    """A session below the level asked for, by profile and by force – Core §3.1.2.1, §5.5.1.1; SECURITY E06."""

    OIDC = make.client(profile=Profile.OIDC)
    CITY = make.client()
    FORCES: tuple[tuple[ClientFacts, dict[str, Any], bool], ...] = (
        (CITY, {"acr_values": "LoA3"}, True),
        (CITY, {"claims": '{"id_token":{"acr":{"value":"LoA3"}}}'}, True),
        (CITY, {"claims": ESSENTIAL_HIGH}, True),
        (OIDC, {"acr_values": "LoA3"}, False),
        (OIDC, {"claims": '{"id_token":{"acr":{"value":"LoA3"}}}'}, False),
        (OIDC, {"claims": ESSENTIAL_HIGH}, True),
    )
    ASKS = tuple(force[:2] for force in FORCES)

    @pytest.mark.parametrize(("client", "parameters", "binds"), FORCES)
    def test_an_older_session_is_stepped_up(
        self, client: ClientFacts, parameters: Any, binds: bool
    ) -> None:  # for a wish whatever the next sign-in comes to will do
        step, _ = decide(make.request(client, **parameters), Surroundings(client=client))
        assert step == SignIn(acr=HIGH, reason="step-up" if binds else "again")

    @pytest.mark.parametrize("client", [OIDC, CITY])
    @pytest.mark.parametrize(("seconds", "counts"), [(0, HIGH), (600, HIGH), (601, SUBSTANTIAL)])
    def test_high_is_for_the_act_and_counts_for_ten_minutes(
        self, client: ClientFacts, seconds: int, counts: Acr
    ) -> None:  # adr/0052; SP 800-63B-4 §5
        request = make.request(client, acr_values="LoA3")
        proved_at = request.started_at - timedelta(seconds=seconds)
        session = replace(make.session_facts(), acr=HIGH, auth_time=proved_at)
        step, _ = decide(request, Surroundings(client=client, session=session))
        if counts is HIGH:
            assert isinstance(step, Issue)
            assert step.acr is HIGH
        else:
            assert step == SignIn(acr=HIGH, reason="step-up" if client is self.CITY else "again")
        plain = make.request(client, acr_values="LoA2")
        step, _ = decide(plain, Surroundings(client=client, session=session))
        assert isinstance(step, Issue)
        assert step.acr is counts, "the token says what it counts for now"

    def test_pages_may_take_their_time_after_it(self) -> None:
        request = make.request(acr_values="LoA3")
        session = replace(FRESH, acr=HIGH)
        step, _ = decide(request, Surroundings(session=session), now=LATER)
        assert isinstance(step, Issue)
        assert step.acr is HIGH

    @pytest.mark.parametrize(("client", "parameters", "binds"), FORCES)
    def test_a_fresh_one_is_enough_only_for_a_wish(
        self, client: ClientFacts, parameters: Any, binds: bool
    ) -> None:
        step, _ = decide(make.request(client, **parameters), Surroundings(client=client, session=FRESH))
        if binds:
            assert step == SignIn(acr=HIGH, reason="level")
        else:
            assert isinstance(step, Issue)
            assert step.acr is SUBSTANTIAL, "the token says what happened"

    @pytest.mark.parametrize(("client", "parameters"), ASKS)
    def test_what_reaches_it_goes_through(self, client: ClientFacts, parameters: Any) -> None:
        world = Surroundings(client=client, session=make.session_facts(acr=HIGH))
        assert issued(world, make.request(client, **parameters)).acr is HIGH

    @pytest.mark.parametrize(("client", "parameters"), ASKS)
    def test_silently_it_is_login_required(self, client: ClientFacts, parameters: Any) -> None:
        assert isinstance(refused(Surroundings(client=client), **parameters), LoginRequired)

    def test_silently_even_of_a_sign_in_of_this_very_moment(self) -> None:
        error = refused(Surroundings(session=make.session_facts(auth_time=make.NOW)), acr_values="LoA3")
        assert isinstance(error, LoginRequired)


class TestLevelOfAScope:
    """The registry's least acr holds in every profile, whatever the request names – DESIGN 5.19."""

    ID_NUMBER = frozenset({"openid", "profile", "vn.id_number"})

    @pytest.mark.parametrize("profile", [Profile.OIDC, Profile.CITY])
    @pytest.mark.parametrize(
        "parameters",
        [
            {"scope": "openid vn.id_number"},
            {"scope": "openid", "claims": '{"userinfo":{"vn_id_number":null}}'},
            {"scope": "openid", "claims": '{"id_token":{"vn_id_number":null}}'},
        ],
        ids=["scope", "userinfo claim", "id_token claim"],
    )
    def test_it_is_never_opened_below_it(self, profile: Profile, parameters: dict[str, Any]) -> None:
        client = make.client(profile=profile, default_acr=LOW, scopes=self.ID_NUMBER)
        request = make.request(client, acr_values="LoA1", **parameters)
        consent = make.consent_facts("vn.id_number")
        older, fresh = (
            decide(request, Surroundings(client=client, session=replace(session, acr=LOW), consent=consent))[
                0
            ]
            for session in (make.session_facts(), FRESH)
        )
        assert older == SignIn(acr=SUBSTANTIAL, reason="step-up")
        assert fresh == SignIn(acr=SUBSTANTIAL, reason="level")
        assert isinstance(decide(request, Surroundings(client=client, consent=consent))[0], Issue)

    def test_a_claim_of_a_scope_that_is_not_registered_raises_nothing(self) -> None:
        client = make.client(profile=Profile.OIDC)
        request = make.request(client, claims='{"userinfo":{"vn_id_number":null}}')
        assert required_acr(request, client) is LOW
