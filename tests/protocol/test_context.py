"""For whom a person acts: what fits a client, what is settled, what must be asked – DESIGN 5.2."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from idp.ids import PersonId
from idp.protocol.acting import ContextKind, MandateFacts, OrganisationFacts, PostFacts
from idp.protocol.acting_claims import context_claims, mandate_rows, office_claims
from idp.protocol.assurance import Acr
from idp.protocol.context import (
    CHOOSE,
    SELF,
    Choice,
    Chosen,
    Obstacle,
    choose,
    context_of,
    own,
    realm_of,
    usable,
)
from idp.protocol.errors import (
    AccountSelectionRequired,
    ConsentRequired,
    InvalidClientMetadata,
    InvalidRequest,
)
from idp.protocol.facts import ClientFacts, Realm
from idp.protocol.next_step import ChooseContext, Consent, Issue
from idp.protocol.registration import check_registration
from tests import make
from tests.protocol.authorization import Surroundings, decide, issued, refused

CHILD = PersonId("8c0c6f0e-6f2a-4d0e-9a53-0d6a1c2b7e41")
ASKING = make.client(subject_contexts=(ContextKind.PERSON, ContextKind.ORGANISATION, ContextKind.WARD))
ME = own("Nguyễn Thị Hương")


def company(number: str = "0201234569", *, services: tuple[str, ...] = (), **changes: Any) -> Choice:
    mandate = MandateFacts(
        mandate_id=f"m-{number}",
        role="maker" if services else "representative",
        source="register",
        services=services,
        ends_at=changes.pop("ends_at", None),
    )
    facts = OrganisationFacts(scheme="vn_tax_code", identifier=number, name="Cảng Xanh", status="active")
    return Choice(
        kind=ContextKind.ORGANISATION,
        choice_id=f"m-{number}",
        name="Cảng Xanh",
        principal_id=f"org-{number}",
        organisation=facts,
        mandate=mandate,
        **changes,
    )


def child() -> Choice:
    return Choice(
        kind=ContextKind.WARD,
        choice_id="m-child",
        name="Nguyễn Gia Bảo",
        principal_id=CHILD,
        mandate=MandateFacts(mandate_id="m-child", role="parent", source="parent"),
        age=9,
    )


def settled(*choices: Choice, client: ClientFacts = ASKING, **given: Any) -> str | None:
    nothing = {"org_hint": None, "ctx_hint": None, "answered": None, "chosen": None, "asks_anew": False}
    asked: dict[str, Any] = {**nothing, **given}
    choice = choose(choices, client, person_id=make.PERSON_ID, **asked)
    return None if choice is None else choice.choice_id


def chosen(choice_id: str, *, ago: timedelta = make.MINUTE) -> Chosen:
    return Chosen(choice_id=choice_id, chosen_at=make.NOW - ago)


class TestSettled:
    """What needs no question."""

    def test_the_only_choice_is_taken(self) -> None:
        assert settled(ME) == SELF
        assert settled(ME, company(obstacle=Obstacle.DISSOLVED)) == SELF

    def test_of_several_the_person_says_which(self) -> None:
        assert settled(ME, company()) is None

    def test_what_was_chosen_in_this_session_stays(self) -> None:
        assert settled(ME, company(), chosen="m-0201234569") == "m-0201234569"

    def test_what_was_chosen_and_has_ended_is_asked_anew(self) -> None:
        gone = company(obstacle=Obstacle.ENDED)
        assert settled(ME, gone, child(), chosen=gone.choice_id) is None

    @pytest.mark.parametrize(
        ("hints", "taken"),
        [
            ({"ctx_hint": "ward"}, "m-child"),
            ({"ctx_hint": "person"}, SELF),
            ({"ctx_hint": "organisation"}, None),
            ({"org_hint": "0201234569"}, "m-0201234569"),
            ({"org_hint": "0201234569", "ctx_hint": "ward"}, None),
            ({"org_hint": "9999999999"}, None),
        ],
    )
    def test_a_hint_chooses_among_what_there_is(self, hints: dict[str, Any], taken: str | None) -> None:
        assert settled(ME, company(), company("0800123459"), child(), **hints) == taken

    def test_a_hint_gives_no_power(self) -> None:
        assert settled(ME, company(obstacle=Obstacle.ENDED), child(), org_hint="0201234569") is None

    def test_a_hint_counts_more_than_an_earlier_choice(self) -> None:
        assert settled(ME, company(), chosen=SELF, org_hint="0201234569") == "m-0201234569"

    def test_to_choose_anew_only_an_answer_to_this_request_counts(self) -> None:
        assert settled(ME, company(), chosen=SELF, asks_anew=True) is None
        assert settled(ME, company(), answered=SELF, asks_anew=True) == SELF

    def test_an_answer_counts_more_than_a_hint_and_than_an_earlier_choice(self) -> None:
        assert settled(ME, company(), child(), answered=SELF, chosen="m-child", ctx_hint="ward") == SELF
        assert settled(ME, company(), answered=SELF, org_hint="9999999999") == SELF

    def test_an_answer_that_can_not_be_taken_any_more_is_asked_anew(self) -> None:
        gone = company(obstacle=Obstacle.ENDED)
        assert settled(ME, gone, child(), answered=gone.choice_id) is None

    def test_who_asks_anew_sees_what_can_not_be_chosen_too(self) -> None:
        ended = company(obstacle=Obstacle.ENDED)
        assert settled(ME, ended) == SELF
        assert settled(ME, ended, asks_anew=True) is None
        assert settled(ME, ended, asks_anew=True, answered=SELF) == SELF
        assert settled(ME, asks_anew=True) == SELF, "there is nothing to see"

    def test_a_household_business_is_not_found_by_its_owners_number(self) -> None:
        household = OrganisationFacts(scheme="vn_personal_id", name="Yến Biển", status="active")
        one = Choice(kind=ContextKind.ORGANISATION, choice_id="m-h", name="Yến Biển", organisation=household)
        assert settled(ME, one, org_hint="030183990027") is None

    def test_whom_the_client_names_is_who_it_is_about(self) -> None:  # id_token_hint, Core §3.1.2.1
        assert settled(ME, child(), subject=CHILD) == "m-child"
        assert settled(ME, child(), subject=make.PERSON_ID) == SELF


class TestFits:
    """What a client is offered."""

    def test_only_kinds_it_registered(self) -> None:
        client = make.client(subject_contexts=(ContextKind.PERSON, ContextKind.WARD))
        assert settled(ME, company(), client=client) == SELF

    def test_a_power_limited_to_other_areas_does_not_fit(self) -> None:
        tax = make.client(subject_contexts=ASKING.subject_contexts, services=("tax",))
        assert settled(ME, company(services=("customs",)), client=tax) == SELF
        assert settled(ME, company(services=("customs", "tax")), client=tax) is None
        assert settled(ME, company(), client=tax) is None
        assert settled(ME, company(services=("customs",))) is None, "who names no areas takes all of them"

    def test_an_official_s_client_has_a_realm_of_its_own(self) -> None:
        assert realm_of(make.client(subject_contexts=(ContextKind.OFFICIAL,))) is Realm.OFFICIAL
        assert realm_of(ASKING) is realm_of(make.client()) is Realm.CITIZEN

    @pytest.mark.parametrize(
        "wrong",
        [
            {"subject_contexts": ()},
            {"subject_contexts": (ContextKind.PERSON, ContextKind.PERSON)},
            {"subject_contexts": (ContextKind.PERSON, ContextKind.OFFICIAL)},
            {"services": ("Tax",)},
            {"scopes": frozenset({"openid", "roles"})},
            {"scopes": frozenset({"openid", "mandate"})},
        ],
    )
    def test_what_contradicts_itself_is_not_registered(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(InvalidClientMetadata):
            check_registration(make.client(**wrong))


class TestSteps:
    """Where the choice comes in."""

    def test_a_client_that_does_not_ask_is_told_of_no_choice(self) -> None:
        step, loaded = decide(make.request(), Surroundings(choices=(ME, company())))
        assert isinstance(step, Issue)
        assert step.choice is None
        assert "context" not in loaded

    def test_it_is_asked_after_sign_in_and_before_consent(self) -> None:
        world = Surroundings(client=ASKING, choices=(ME, company()), consent=make.consent_facts())
        assert decide(make.request(ASKING), world) == (ChooseContext(), ["session", "context"])

    def test_silently_it_is_account_selection_required(self) -> None:  # Core §3.1.2.6
        world = Surroundings(client=ASKING, choices=(ME, company()))
        assert isinstance(refused(world), AccountSelectionRequired)

    def test_consent_is_asked_for_whom_it_is_about(self) -> None:
        world = Surroundings(
            client=ASKING, choices=(child(),), consent=make.consent_facts(), answered="m-child"
        )
        step, _ = decide(make.request(ASKING), world)
        assert getattr(step, "choice", None) == child()

    @pytest.mark.parametrize("choice", [company(), child()], ids=["company", "child"])
    def test_a_power_goes_out_once_its_person_has_seen_that_it_does(self, choice: Choice) -> None:
        world = Surroundings(client=ASKING, choices=(choice,))
        assert decide(make.request(ASKING), world)[0] == ChooseContext(), "neither asked nor told"
        for said in ({"answered": choice.choice_id}, {"chosen": chosen(choice.choice_id)}):
            assert issued(replace(world, **said)).choice == choice
        telling = replace(ASKING, scopes=ASKING.scopes | {"mandate"})
        asked = make.request(telling, scope="openid mandate")
        untold = replace(world, client=telling, consent=make.consent_facts())
        assert decide(asked, untold)[0] == Consent(scopes=("mandate",), choice=choice)
        assert issued(replace(untold, consent=make.consent_facts("mandate")), asked).choice == choice
        assert decide(make.request(telling), untold)[0] == ChooseContext(), "registered, and not asked for"

    @pytest.mark.parametrize("choices", [(ME, company()), (company(),)], ids=["several", "one"])
    def test_silently_who_was_told_nothing_yet_is_not_told_apart_by_it(
        self, choices: tuple[Choice, ...]
    ) -> None:
        world = Surroundings(client=ASKING, choices=choices, consent=make.consent_facts())
        assert isinstance(refused(world), ConsentRequired)

    def test_who_wants_to_change_is_asked_without_a_new_sign_in(self) -> None:
        world = Surroundings(client=ASKING, choices=(ME, company()), chosen=chosen(SELF, ago=make.HOUR))
        assert isinstance(decide(make.request(ASKING), world)[0], Issue)
        assert decide(make.request(ASKING, ctx_hint=CHOOSE), world)[0] == ChooseContext()

    def test_to_select_the_account_is_to_say_for_whom_too(self) -> None:  # Core §3.1.2.1
        fresh = make.session_facts(auth_time=make.NOW)
        world = Surroundings(
            client=ASKING, session=fresh, choices=(ME, company()), chosen=chosen(SELF, ago=make.HOUR)
        )
        request = make.request(ASKING, prompt="select_account")
        assert decide(request, world)[0] == ChooseContext()
        assert isinstance(decide(request, replace(world, answered=SELF))[0], Issue)

    def test_what_was_chosen_at_the_very_moment_of_the_request_counts(self) -> None:
        world = Surroundings(client=ASKING, choices=(ME, company()), chosen=chosen(SELF, ago=0 * make.MINUTE))
        assert isinstance(decide(make.request(ASKING), world)[0], Issue)

    def test_what_another_tab_chose_since_is_no_answer_to_this_request(self) -> None:
        later = chosen(SELF, ago=-make.MINUTE)
        world = Surroundings(client=ASKING, choices=(ME, company()), chosen=later)
        assert decide(make.request(ASKING), world)[0] == ChooseContext()
        assert isinstance(decide(make.request(ASKING), replace(world, answered=SELF))[0], Issue)

    def test_a_hint_nobody_knows_is_refused(self) -> None:
        with pytest.raises(InvalidRequest):
            make.request(ASKING, ctx_hint="king")

    def test_officials_have_city_credentials(self) -> None:
        office = make.client(subject_contexts=(ContextKind.OFFICIAL,))
        session = make.session_facts(idp="haiphong")
        post = Choice(
            kind=ContextKind.OFFICIAL,
            choice_id="post-1",
            name="Sở Nội vụ",
            principal_id="H24.08",
            post=PostFacts(
                post_id="post-1", agency="H24.08", agency_name="Sở", position="Chuyên viên", roles=()
            ),
        )
        step, _ = decide(make.request(office), Surroundings(client=office, session=session, choices=(post,)))
        assert isinstance(step, Issue)
        assert step.choice == post


class TestClaims:
    """What tokens say."""

    def test_for_oneself(self) -> None:
        assert context_claims(None) == {"ctx": "person"}

    def test_for_an_organisation(self) -> None:
        context = context_of(company(services=("tax",), ends_at=make.NOW))
        assert context_claims(context, organisation_id="o-1", power_id="m-1") == {
            "ctx": "organisation",
            "org": {
                "id": "o-1",
                "scheme": "vn_tax_code",
                "identifier": "0201234569",
                "name": "Cảng Xanh",
                "status": "active",
            },
            "mandate": {
                "id": "m-1",
                "role": "maker",
                "source": "register",
                "services": ["tax"],
                "exp": int(make.NOW.timestamp()),
            },
        }
        assert mandate_rows(context) == [
            {"service": "tax", "role": "maker", "end": int(make.NOW.timestamp())}
        ]

    def test_for_a_ward_act_names_who_acts(self) -> None:  # RFC 8693 §4.1
        claims = context_claims(context_of(child()), actor_sub="mother")
        assert (claims["ctx"], claims["act"]) == ("ward", {"sub": "mother"})
        assert CHILD not in str(claims)

    def test_nothing_of_an_office_without_one(self) -> None:
        assert office_claims(context_of(company())) == {}
        assert mandate_rows(None) == []


def archive() -> Choice:
    return replace(
        company(),
        kind=ContextKind.ARCHIVE,
        mandate=MandateFacts(mandate_id="m", role="archive", source="register"),
    )


class TestArchive:
    READER = make.client(
        subject_contexts=(ContextKind.PERSON, ContextKind.ARCHIVE),
        scopes=frozenset({"openid", "docs.read", "docs.share"}),
    )

    def test_it_is_offered_only_where_it_was_registered(self) -> None:
        assert usable((ME, archive()), ASKING) == (ME,)
        assert usable((ME, archive()), self.READER) == (ME, archive())
        assert usable((ME, company()), self.READER) == (ME,)

    def test_a_hint_names_it_apart_from_the_organisation(self) -> None:
        assert settled(ME, archive(), client=self.READER, ctx_hint="archive") == archive().choice_id
        assert settled(ME, archive(), client=self.READER, ctx_hint="organisation") is None

    def test_what_writes_is_neither_asked_about_nor_granted(self) -> None:
        wanted = "openid docs.read docs.share"
        asked = make.request(self.READER, scope=wanted)
        session = make.session_facts(acr=Acr.SUBSTANTIAL)
        world = Surroundings(client=self.READER, session=session, consent=make.consent_facts())
        own = decide(asked, replace(world, choices=(ME,)))[0]
        assert own == Consent(scopes=("docs.share",), choice=ME)
        agreed = replace(world, consent=make.consent_facts("docs.share"))
        assert issued(replace(agreed, choices=(ME,)), asked).scopes == frozenset(wanted.split())
        for one in (world, agreed):  # what was agreed to for oneself is not carried over
            step = issued(replace(one, choices=(archive(),), answered=archive().choice_id), asked)
            assert step.scopes == {"openid", "docs.read"}
