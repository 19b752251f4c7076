"""B18: a service that learns for whom somebody may act though that person was never told that it does.

The service is registered to ask for whom, and asks for nothing but `openid`, silently or with hints: by what is issued
and by what is refused it reads whose representative, whose parent its visitor is.
"""

import pytest

from idp.database import Done
from idp.mandates import service as mandates
from idp.organisations.model import OrganisationScheme
from idp.protocol.acting import ContextKind
from idp.transaction import Tx
from tests.driver import Browser
from tests.endpoints import test_contexts as contexts
from tests.endpoints.test_contexts import KINDS, SCOPES, Family, choose, claims
from tests.world import World

family = contexts.family
_SILENT = {"prompt": "none"}
_HINTS: list[dict[str, str | None]] = [
    {"org_hint": "0200000007"},
    {"ctx_hint": "ward"},
    {"org_hint": "0200000007", "ctx_hint": "organisation"},
]
_OF_OTHERS: list[dict[str, str | None]] = [{"org_hint": "0200000015"}, {"ctx_hint": "archive"}]


@pytest.fixture
async def nosy(world: World, family: Family) -> Family:
    """The same family before a service that nobody of them has ever used."""
    rp = await world.client("rp-nosy", subject_contexts=KINDS, scopes=SCOPES, sector="nosy")
    return Family(
        mother=family.mother, child=family.child, company=family.company, browser=family.browser, rp=rp
    )


@pytest.mark.parametrize("hint", _HINTS, ids=str)
async def test_b18_a_hint_tells_no_service_what_its_person_has_not_seen(
    nosy: Family, hint: dict[str, str | None]
) -> None:
    silent = await nosy.browser.get(nosy.rp.authorize_url(scope="openid", **_SILENT, **hint))
    assert silent.answer["error"] == "account_selection_required"
    page = await nosy.browser.get(nosy.rp.authorize_url(scope="openid", **hint))
    assert (page.left_for, "page-act-for" in page.ids) == (None, True)


@pytest.mark.parametrize("scope", ["openid", "openid profile mandate"])
async def test_b18_a_silent_refusal_is_the_same_for_whom_one_may_act_for_and_whom_not(
    nosy: Family, scope: str
) -> None:
    said = set()
    for hint in (*_HINTS, *_OF_OTHERS, {}):
        page = await nosy.browser.get(nosy.rp.authorize_url(scope=scope, **_SILENT, **hint))
        said.add(page.answer["error"])
    assert len(said) == 1


async def test_b18_what_its_person_has_chosen_there_once_is_taken_from_then_on(
    world: World, nosy: Family
) -> None:
    page = await choose(nosy, "Cảng Xanh", scope="openid")
    assert "code" in page.answer
    world.time.move(seconds=1)
    silent = await nosy.browser.get(nosy.rp.authorize_url(scope="openid", **_SILENT, **_HINTS[0]))
    told = claims((await nosy.rp.redeem(world.http, silent.answer["code"])).json()["id_token"])
    assert told["org"]["identifier"] == "0200000007"
    other = await nosy.browser.get(nosy.rp.authorize_url(scope="openid", **_SILENT, ctx_hint="ward"))
    assert other.answer["error"] == "account_selection_required"


async def test_b18_the_only_choice_of_a_service_for_organisations_is_shown_first(world: World) -> None:
    owner = await world.person("owner")
    company = contexts._organisation(world, "0200000023", "Công ty Một", OrganisationScheme.TAX_CODE)

    def arrange(tx: Tx) -> Done[None]:
        tx.organisations.add(company)
        mandates.replace_representatives(
            tx, company.organisation_id, (owner.person_id,), actor="test", occasion=world.occasion
        )
        return Done(None)

    await world.write(arrange)
    rp = await world.client("rp-firms", subject_contexts=(ContextKind.ORGANISATION,), scopes=SCOPES)
    browser: Browser = world.browser()
    await world.signed_in(browser, owner.person_id)
    silent = await browser.get(rp.authorize_url(scope="openid", **_SILENT))
    assert silent.answer["error"] == "account_selection_required"
    page = await browser.get(rp.authorize_url(scope="openid"))
    assert "Công ty Một" in page.response.text
    text = page.response.text
    choice = text[: text.index("Công ty Một")].rpartition('value="')[2].partition('"')[0]
    left = await browser.press(page, "submit", extra=[("principal", choice)])
    told = claims((await rp.redeem(world.http, left.answer["code"])).json()["id_token"])
    assert told["org"]["name"] == "Công ty Một"
    world.time.move(seconds=1)
    assert "code" in (await browser.get(rp.authorize_url(scope="openid", **_SILENT))).answer
