"""What is told, asked and released: the half of `next_step` about consent – OpenID Connect Core §3.1.2.4, §5.5."""

from dataclasses import replace

import pytest

from idp.protocol.errors import ConsentRequired
from idp.protocol.next_step import Consent, Issue, wanted_scopes
from idp.protocol.scopes import LegalBasis
from tests import make
from tests.protocol.authorization import Surroundings, decide, issued, refused

ALL_SCOPES = frozenset({"openid", "profile", "email", "offline_access", "docs.read", "docs.share"})
WIDE = make.client(scopes=ALL_SCOPES)


class TestConsent:
    """What is told or asked, and what is given – Core §3.1.2.4, §5.5, §11."""

    @pytest.mark.parametrize(
        ("scope", "settled", "asked"),
        [
            ("openid", (), ()),
            ("openid profile", (), ("profile",)),
            ("openid profile", ("profile",), ()),
            ("openid email profile", ("profile",), ("email",)),
            ("openid email profile", (), ("email", "profile")),
            ("openid offline_access", (), ("offline_access",)),
            ("openid offline_access", ("offline_access",), ()),
            ("openid docs.read", (), ()),
            ("openid docs.share", (), ("docs.share",)),
        ],
    )
    def test_what_is_open_is_asked_in_order(
        self, scope: str, settled: tuple[str, ...], asked: tuple[str, ...]
    ) -> None:
        world = Surroundings(client=WIDE, consent=make.consent_facts(*settled))
        step, _ = decide(make.request(WIDE, scope=scope), world)
        assert step == Consent(scopes=asked) if asked else isinstance(step, Issue)

    def test_silently_it_is_consent_required(self) -> None:
        assert isinstance(refused(Surroundings(consent=make.consent_facts())), ConsentRequired)

    def test_what_was_declined_is_not_asked_again_and_not_given(self) -> None:
        consent = make.consent_facts("profile", declined=("email",))
        world = Surroundings(client=WIDE, consent=consent)
        assert issued(world, make.request(WIDE, scope="openid profile email")).scopes == {
            "openid",
            "profile",
        }

    def test_nothing_is_given_that_was_not_asked_for_now(self) -> None:
        world = Surroundings(client=WIDE, consent=make.consent_facts("profile", "email", "offline_access"))
        assert issued(world, make.request(WIDE, scope="openid email")).scopes == {"openid", "email"}

    def test_a_refresh_token_beyond_the_session_is_asked_for(self) -> None:  # Core §11
        request = make.request(WIDE, scope="openid offline_access")
        world = Surroundings(client=WIDE, consent=make.consent_facts())
        assert decide(request, world)[0] == Consent(scopes=("offline_access",))
        declined = replace(world, consent=make.consent_facts(declined=("offline_access",)))
        assert issued(declined, request).scopes == {"openid"}

    def test_a_public_task_that_sends_nothing_needs_no_page_and_is_given(self) -> None:  # DESIGN 5.19
        world = Surroundings(client=WIDE, consent=make.consent_facts())
        assert issued(world, make.request(WIDE, scope="openid docs.read")).scopes == {"openid", "docs.read"}

    def test_the_basis_registered_for_the_client_decides(self) -> None:
        client = replace(WIDE, legal_basis={"docs.share": LegalBasis.PUBLIC_TASK})
        world = Surroundings(client=client, consent=make.consent_facts())
        assert issued(world, make.request(client, scope="openid docs.share")).scopes == {
            "openid",
            "docs.share",
        }

    @pytest.mark.parametrize("settled", [(), ("profile",)])
    def test_a_scope_taken_from_the_client_since_is_neither_asked_nor_given(
        self, settled: tuple[str, ...]
    ) -> None:
        client = replace(WIDE, scopes=frozenset({"openid"}))
        world = Surroundings(client=client, consent=make.consent_facts(*settled))
        assert issued(world, make.request(WIDE, scope="openid profile")).scopes == {"openid"}


class TestSingleClaims:
    """The claims parameter beside scopes – Core §5.5."""

    CLAIMS = '{"userinfo":{"email":null,"name":null},"id_token":{"email":{"essential":true}}}'

    def test_the_scope_behind_a_claim_is_asked_for(self) -> None:
        request = make.request(WIDE, scope="openid", claims=self.CLAIMS)
        assert wanted_scopes(request) == ("openid", "email", "profile")
        world = Surroundings(client=WIDE, consent=make.consent_facts("profile"))
        assert decide(request, world)[0] == Consent(scopes=("email",))

    def test_a_claim_is_given_where_its_scope_is_settled(self) -> None:
        request = make.request(WIDE, scope="openid", claims=self.CLAIMS)
        issue = issued(Surroundings(client=WIDE, consent=make.consent_facts("profile", "email")), request)
        assert issue.scopes == {"openid"}, "a single claim opens no scope"
        assert issue.userinfo_claims == ("email", "name")
        assert issue.id_token_claims == ("email",)

    def test_an_essential_claim_of_a_declined_scope_is_not_given(self) -> None:
        request = make.request(WIDE, scope="openid", claims=self.CLAIMS)
        consent = make.consent_facts("profile", declined=("email",))
        issue = issued(Surroundings(client=WIDE, consent=consent), request)
        assert (issue.userinfo_claims, issue.id_token_claims) == (("name",), ())

    def test_a_claim_of_a_scope_that_is_not_registered_is_neither_asked_nor_given(self) -> None:
        request = make.request(claims='{"userinfo":{"vn_id_number":{"essential":true},"name":null}}')
        issue = issued(Surroundings(), request)
        assert issue.userinfo_claims == ("name",)
