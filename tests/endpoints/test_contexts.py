"""For whom people act, from /authorize to the tokens and their end – DESIGN 5.2, 5.5; journeys 5, 7 and 8 of the city."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.days import VIETNAM_TIME
from idp.ids import OrganisationId, PersonId
from idp.mandates import service as mandates
from idp.organisations.model import Organisation, OrganisationKind, OrganisationScheme, OrganisationStatus
from idp.organisations.service.status import change_status
from idp.people.model import Attribute, Origin, Person, PersonProfile, Source
from idp.protocol.acting import ContextKind
from idp.transaction import Tx
from tests.driver import Browser, Page, RelyingParty, b64decode_json
from tests.world import World

OWNERS_NUMBER = "030183990027"
API = "urn:example:api"
SCOPES = frozenset({"openid", "profile", "mandate", "offline_access"})
KINDS = (ContextKind.PERSON, ContextKind.ORGANISATION, ContextKind.WARD)


@dataclass(frozen=True, kw_only=True)
class Family:
    """A mother with a company, a household business and a child, signed in."""

    mother: Person
    child: Person
    company: OrganisationId
    browser: Browser
    rp: RelyingParty


def _organisation(world: World, number: str, name: str, scheme: OrganisationScheme) -> Organisation:
    is_household = scheme is OrganisationScheme.PERSONAL_ID
    return Organisation(
        organisation_id=OrganisationId(str(world.provider.clock.person_id())),
        kind=OrganisationKind.HOUSEHOLD_BUSINESS if is_household else OrganisationKind.ENTERPRISE,
        scheme=scheme,
        identifier=number,
        name=name,
        status=OrganisationStatus.ACTIVE,
        source="register",
        source_at=world.time(),
        created_at=world.time(),
        updated_at=world.time(),
    )


@pytest.fixture
async def family(world: World) -> Family:
    mother = await world.person("mother")
    child = await world.person(
        "child", birth_year=2017, profile=PersonProfile(full_name="Nguyễn Gia Bảo", birthdate="2017-01-05")
    )
    company = _organisation(world, "0200000007", "Công ty TNHH Cảng Xanh", OrganisationScheme.TAX_CODE)
    household = _organisation(world, OWNERS_NUMBER, "Hộ kinh doanh Yến Biển", OrganisationScheme.PERSONAL_ID)

    def arrange(tx: Tx) -> Done[None]:
        for one in (company, household):
            tx.organisations.add(one)
            mandates.replace_representatives(
                tx, one.organisation_id, (mother.person_id,), actor="test", occasion=world.occasion
            )
        mandates.replace_parents(
            tx, child.person_id, (mother.person_id,), actor="test", occasion=world.occasion
        )
        return Done(None)

    await world.write(arrange)
    rp = await world.client("rp-ctx", subject_contexts=KINDS, scopes=SCOPES)
    browser = world.browser()
    await world.signed_in(browser, mother.person_id)
    for person in (mother, child):
        await world.agree(person.person_id, rp)
    return Family(mother=mother, child=child, company=company.organisation_id, browser=browser, rp=rp)


async def choose(family: Family, name: str, **parameters: str | None) -> Page:
    """Answer the page with the choice that stands beside a name."""
    page = await family.browser.get(
        family.rp.authorize_url(scope=parameters.pop("scope", "openid profile mandate"), **parameters)
    )
    assert page.status == 200, page.answer
    assert "page-act-for" in page.ids
    text = page.response.text
    choice = text[: text.index(name)].rpartition('value="')[2].partition('"')[0]
    return await family.browser.press(page, "submit", extra=[("principal", choice)])


async def tokens_for(world: World, family: Family, name: str, **parameters: str | None) -> dict[str, Any]:
    world.time.move(seconds=1)
    page = await choose(family, name, **parameters)
    response = await family.rp.redeem(world.http, page.answer["code"])
    assert response.status_code == 200, response.text
    return dict(response.json())


def claims(token: str) -> dict[str, Any]:
    return b64decode_json(token.split(".")[1])


async def userinfo(world: World, tokens: dict[str, Any]) -> dict[str, Any]:
    response = await world.userinfo(tokens["access_token"])
    return dict(response.json()) if response.status_code == 200 else {"status": response.status_code}


async def test_a_company_is_named_and_the_person_stays_the_subject(world: World, family: Family) -> None:
    tokens = await tokens_for(world, family, "Cảng Xanh")
    said = claims(tokens["id_token"])
    assert said["ctx"] == "organisation"
    assert (said["org"]["scheme"], said["org"]["identifier"]) == ("vn_tax_code", "0200000007")
    assert said["org"]["status"] == "active"
    assert (said["mandate"]["role"], said["mandate"]["source"]) == ("representative", "register")
    assert "act" not in said
    answer = await userinfo(world, tokens)
    assert answer["name"] == "Nguyễn Thị Hương"
    assert answer["mandates"][0]["role"] == "representative"
    assert family.company not in str(said) + str(claims(tokens["access_token"]))
    assert claims(tokens["access_token"])["org"] == said["org"]


async def test_a_household_business_never_shows_its_owners_number(world: World, family: Family) -> None:
    tokens = await tokens_for(world, family, "Yến Biển")
    said = str(claims(tokens["id_token"])) + str(claims(tokens["access_token"]))
    said += str(await userinfo(world, tokens))
    assert "Yến Biển" in said
    assert OWNERS_NUMBER not in said
    page = await family.browser.get(family.rp.authorize_url(ctx_hint="choose"))
    assert OWNERS_NUMBER not in page.response.text


async def test_for_a_child_the_subject_is_the_child_and_act_the_parent(world: World, family: Family) -> None:
    own = claims((await tokens_for(world, family, "Cho bản thân"))["id_token"])
    tokens = await tokens_for(world, family, "Nguyễn Gia Bảo", ctx_hint="choose")
    said, access = claims(tokens["id_token"]), claims(tokens["access_token"])
    assert said["ctx"] == access["ctx"] == "ward"
    assert said["sub"] == access["sub"] != own["sub"]
    assert said["act"] == access["act"] == {"sub": own["sub"]}
    answer = await userinfo(world, tokens)
    assert (answer["sub"], answer["name"]) == (said["sub"], "Nguyễn Gia Bảo")
    again = await tokens_for(world, family, "Nguyễn Gia Bảo", ctx_hint="choose")
    assert claims(again["id_token"])["sub"] == said["sub"]


async def test_no_two_sectors_are_told_a_common_name_of_a_mandate(world: World, family: Family) -> None:
    """It is of one person and one principal: its id would be their name everywhere (Core §8.1)."""
    other = await world.client(
        "rp-other", subject_contexts=KINDS, sector="other", scopes=SCOPES, audiences=(API,)
    )
    near = await world.client("rp-near", subject_contexts=KINDS, sector="other", scopes=SCOPES)
    for person in (family.mother, family.child):
        for rp in (other, near):
            await world.agree(person.person_id, rp)
    for name in ("Cảng Xanh", "Nguyễn Gia Bảo"):
        tokens = {
            "first": await tokens_for(world, family, name, ctx_hint="choose"),
            "other": await tokens_for(world, replace(family, rp=other), name, ctx_hint="choose"),
            "near": await tokens_for(world, replace(family, rp=near), name, ctx_hint="choose"),
            "api": await tokens_for(world, replace(family, rp=other), name, ctx_hint="choose", resource=API),
        }
        of_id_token = {key: claims(one["id_token"])["mandate"]["id"] for key, one in tokens.items()}
        of_access_token = {key: claims(one["access_token"])["mandate"]["id"] for key, one in tokens.items()}
        assert of_id_token["first"] != of_id_token["other"], "two sectors"
        assert of_id_token["other"] == of_id_token["near"] == of_id_token["api"], (
            "one sector, and always the same"
        )
        assert of_access_token.pop("api") not in of_id_token.values(), "the audience's own"
        assert of_access_token.items() <= of_id_token.items()


async def test_a_name_a_child_got_since_is_not_shown_to_whose_mandate_ended(
    world: World, family: Family
) -> None:
    """A parent who lost custody, a child that was adopted: what it is called now is not for whoever acted for it once."""
    page = await family.browser.get(family.rp.authorize_url(scope="openid"))
    text = page.response.text
    of_child = text[: text.index("Nguyễn Gia Bảo")].rpartition('value="')[2].partition('"')[0]
    places = (
        "/account/mandates",
        f"/account/mandates/receipt?a=ended&i={of_child}",
        f"/account/mandates/act?a=end&i={of_child}",
        family.rp.authorize_url(ctx_hint="choose"),
    )

    def end(tx: Tx) -> Done[None]:
        mandates.replace_parents(tx, family.child.person_id, (), actor="test", occasion=world.occasion)
        return Done(None)

    await world.write(end)
    pages = [(await family.browser.get(place)).response.text for place in places]
    assert all("Nguyễn Gia Bảo" in text for text in pages), "as they knew it"
    assert not any("9 tuổi" in text for text in pages)
    world.time.move(seconds=60)
    named = Origin(source=Source.REGISTER, level=2, at=world.time())
    renamed = family.child.profile.saying({"full_name": "Trần Hoàng Anh", "origins": {Attribute.NAME: named}})
    await world.write(lambda tx: Done(tx.people.update(replace(family.child, profile=renamed))))
    for place in places:
        assert "Trần Hoàng Anh" not in (await family.browser.get(place)).response.text, place


async def test_the_choice_stays_for_the_session_and_is_changed_without_a_sign_in(
    world: World, family: Family
) -> None:
    await tokens_for(world, family, "Cảng Xanh")
    silent = await family.browser.get(family.rp.authorize_url(prompt="none"))
    assert "code" in silent.answer
    tokens = await tokens_for(world, family, "Cho bản thân", ctx_hint="choose")
    assert claims(tokens["id_token"])["ctx"] == "person"
    assert EventType.CONTEXT_CHOSEN in await world.events(EventType.CONTEXT_CHOSEN)


async def test_a_hint_spares_the_question(world: World, family: Family) -> None:
    page = await family.browser.get(
        family.rp.authorize_url(scope="openid profile mandate", org_hint="0200000007")
    )
    said = claims((await family.rp.redeem(world.http, page.answer["code"])).json()["id_token"])
    assert said["org"]["name"] == "Công ty TNHH Cảng Xanh"


async def test_silently_it_is_account_selection_required(family: Family) -> None:
    page = await family.browser.get(family.rp.authorize_url(prompt="none"))
    assert page.answer["error"] == "account_selection_required"


async def test_what_was_not_offered_can_t_be_chosen(world: World, family: Family) -> None:
    page = await family.browser.get(family.rp.authorize_url())
    for forged in ("", "self ", "somebody-elses-mandate"):
        answer = await family.browser.press(page, "submit", extra=[("principal", forged)])
        assert (answer.status, answer.left_for) == (200, None)
        assert answer.title.startswith("Lỗi: ")
    assert await world.events(EventType.CONTEXT_CHOSEN) == []


async def test_who_cancels_goes_back_with_access_denied(family: Family) -> None:
    page = await family.browser.get(family.rp.authorize_url())
    left = await family.browser.press(page, "cancel")
    assert left.answer["error"] == "access_denied"
    assert (await family.browser.press(page, "cancel")).left_for == left.left_for, "the same no"
    chosen = await family.browser.press(page, "submit", extra=[("principal", "self")])
    assert (chosen.left_for, chosen.case) == (None, "expired")
    resumed = await family.browser.get(f"/authorize/resume?i={page.interaction}")
    assert (resumed.left_for, resumed.case) == (None, "expired")


async def test_a_mandate_that_ends_ends_its_tokens_at_once(world: World, family: Family) -> None:  # bound A
    tokens = await tokens_for(world, family, "Cảng Xanh")
    own = await tokens_for(world, family, "Cho bản thân", ctx_hint="choose")

    def end(tx: Tx) -> Done[None]:
        mandates.replace_representatives(tx, family.company, (), actor="test", occasion=world.occasion)
        return Done(None)

    await world.write(end)
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    refreshed = await family.rp.refresh(world.http, tokens["refresh_token"])
    assert refreshed.json()["error"] == "invalid_grant"
    inactive = await family.rp.back_channel(world.http, "/introspect", token=tokens["access_token"])
    assert inactive.json() == {"active": False}
    assert (await world.userinfo(own["access_token"])).status_code == 200


async def test_nobody_acts_for_a_dissolved_organisation(world: World, family: Family) -> None:  # bound A
    tokens = await tokens_for(world, family, "Cảng Xanh")

    def dissolve(tx: Tx) -> Done[bool]:
        return Done(
            change_status(
                tx,
                family.company,
                OrganisationStatus.DISSOLVED,
                "test",
                actor="test",
                occasion=world.occasion,
            )
        )

    await world.write(dissolve)
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    page = await family.browser.get(family.rp.authorize_url(org_hint="0200000007"))
    assert "page-act-for" in page.ids
    assert page.response.text.count('type="radio"') == 3


async def test_a_code_of_a_mandate_that_has_just_ended_gives_nothing(world: World, family: Family) -> None:
    page = await choose(family, "Cảng Xanh")

    def end(tx: Tx) -> Done[None]:
        mandates.replace_representatives(tx, family.company, (), actor="test", occasion=world.occasion)
        return Done(None)

    await world.write(end)
    response = await family.rp.redeem(world.http, page.answer["code"])
    assert response.json()["error"] == "invalid_grant"


async def test_nothing_outlives_a_childs_coming_of_age(world: World, family: Family) -> None:
    tomorrow = world.time().astimezone(VIETNAM_TIME).date() + timedelta(days=1)
    born = tomorrow.replace(year=tomorrow.year - 18)
    grown = await world.person(
        "grown", profile=PersonProfile(full_name="Nguyễn Gia Lớn", birthdate=born.isoformat())
    )
    parents = (family.mother.person_id,)

    def name_mother(tx: Tx) -> Done[None]:
        mandates.replace_parents(tx, grown.person_id, parents, actor="test", occasion=world.occasion)
        return Done(None)

    await world.write(name_mother)
    await world.agree(grown.person_id, family.rp)
    midnight = datetime.combine(tomorrow, time(), VIETNAM_TIME)
    world.time.move(midnight - world.time() - timedelta(seconds=31))
    await world.signed_in(family.browser, family.mother.person_id)
    tokens = await tokens_for(world, family, "Nguyễn Gia Lớn")
    assert tokens["expires_in"] == 30
    assert claims(tokens["id_token"])["exp"] == int(midnight.timestamp())
    world.time.move(seconds=30)
    assert await userinfo(world, tokens) == {"status": 401}


async def test_the_end_of_a_parents_power_tells_no_service_the_birth_date(
    world: World, family: Family
) -> None:
    of_age = int(datetime(2035, 1, 5, tzinfo=VIETNAM_TIME).timestamp())
    tokens = await tokens_for(world, family, "Nguyễn Gia Bảo")
    answer = await userinfo(world, tokens)
    assert claims(tokens["id_token"])["mandate"]["role"] == answer["mandates"][0]["role"] == "parent"
    for said in (claims(tokens["id_token"]), claims(tokens["access_token"]), answer):
        assert str(of_age) not in str(said)


async def test_a_client_that_does_not_ask_gets_no_word_of_it(world: World, family: Family) -> None:
    plain = await world.client("rp-plain")
    await world.agree(family.mother.person_id, plain)
    page = await family.browser.get(plain.authorize_url())
    tokens = (await plain.redeem(world.http, page.answer["code"])).json()
    for token in (tokens["id_token"], tokens["access_token"]):
        assert claims(token).keys().isdisjoint({"ctx", "org", "mandate", "post", "act"})


async def test_consent_for_a_child_is_the_parents_and_stands_on_the_childs_record(
    world: World, family: Family
) -> None:
    other = await world.client("rp-school", subject_contexts=KINDS, scopes=SCOPES | {"email"})
    wanted = "openid profile email mandate"
    page = await family.browser.get(other.authorize_url(scope=wanted, ctx_hint="ward"))
    assert "page-consent" in page.ids
    assert "Nguyễn Gia Bảo" in page.response.text
    page = await family.browser.press(page, "allow", extra=[("scope", "email")])
    assert "code" in page.answer

    def consents(tx: Tx) -> tuple[PersonId | None, ...]:
        return tuple(one.decided_by for one in tx.consents.of_person(family.child.person_id))

    assert family.mother.person_id in await world.provider.database.read(consents)


async def test_a_birth_date_put_right_brings_the_end_of_what_was_granted_forward(
    world: World, family: Family
) -> None:  # without a job
    tokens = await tokens_for(world, family, "Nguyễn Gia Bảo", scope="openid profile mandate offline_access")
    soon = datetime(2026, 3, 10, tzinfo=VIETNAM_TIME)

    def put_right(tx: Tx) -> Done[None]:
        born = "2008-03-10"
        mandates.move_majority(
            tx, family.child.person_id, "2017-01-05", born, actor="test", occasion=world.occasion
        )
        return Done(None)

    await world.write(put_right)
    world.time.move(seconds=(soon - world.time()).total_seconds() - 60)
    refreshed = (await family.rp.refresh(world.http, tokens["refresh_token"])).json()
    assert (await world.userinfo(refreshed["access_token"])).status_code == 200
    world.time.move(seconds=61)
    assert (await world.userinfo(refreshed["access_token"])).status_code == 401
    refreshed = await family.rp.refresh(world.http, refreshed["refresh_token"])
    assert refreshed.json()["error"] == "invalid_grant"
