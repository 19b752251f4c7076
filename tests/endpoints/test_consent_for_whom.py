"""For whom one acts, told before it goes out: the very organisation, power and post – PAGES §3.1.7."""

from idp.citizen.acting_values import acting_value
from idp.officials.roles import Role
from idp.protocol.acting import ContextKind, PostFacts
from idp.protocol.context import SELF, Choice
from idp.ui.language import Language
from tests.driver import Page
from tests.endpoints import test_contexts
from tests.endpoints.test_contexts import KINDS, OWNERS_NUMBER, SCOPES, Family
from tests.world import World

family = test_contexts.family


async def told(world: World, family: Family, name: str) -> Page:
    """Choose for whom (no name: oneself) at a service never agreed to; return the page that tells what goes out."""
    rp = await world.client("rp-new", subject_contexts=KINDS, scopes=SCOPES)
    page = await family.browser.get(rp.authorize_url(scope="openid profile mandate"))
    text = page.response.text
    choice = text[: text.index(name)].rpartition('value="')[2].partition('"')[0] if name else SELF
    page = await family.browser.press(page, "submit", extra=[("principal", choice)])
    assert "page-consent" in page.ids
    return page


def shown(page: Page, claim: str) -> str:
    return page.response.text.partition(f'id="claim-{claim}"')[2].partition("</li>")[0]


async def test_a_company_is_shown_with_its_tax_code_and_the_power_over_it(
    world: World, family: Family
) -> None:
    page = await told(world, family, "Cảng Xanh")
    assert "Công ty TNHH Cảng Xanh" in shown(page, "org")
    assert "0200000007" in shown(page, "org")
    assert "Người đại diện theo pháp luật" in shown(page, "mandate")


async def test_of_a_household_business_the_owners_number_is_not_shown(world: World, family: Family) -> None:
    page = await told(world, family, "Yến Biển")
    assert "Hộ kinh doanh Yến Biển" in shown(page, "org")
    assert "Chủ hộ kinh doanh" in shown(page, "mandate")
    assert OWNERS_NUMBER not in page.response.text


async def test_who_acts_for_themselves_sends_no_power(world: World, family: Family) -> None:
    page = await told(world, family, "")
    assert "Chưa có" in shown(page, "mandate")
    assert "Cảng Xanh" not in page.response.text


def test_a_post_is_shown_by_agency_number_position_and_what_it_lets_do() -> None:
    roles = tuple(role.value for role in Role)
    post = PostFacts(
        post_id="p",
        agency="H24.114.1",
        agency_name="UBND phường Lê Chân",
        position="Công chức",
        roles=roles,
        employee_number="CB-7",
    )
    choice = Choice(kind=ContextKind.OFFICIAL, choice_id="p", name=post.agency_name, post=post)
    assert acting_value("claim_agency", choice, Language.VI) == "UBND phường Lê Chân\u00a0· CB-7"
    assert acting_value("claim_position", choice, Language.EN) == '<span lang="vi">Công chức</span>'
    for language in Language:
        words = acting_value("claim_roles", choice, language).split(", ")
        assert len(words) == len(set(words)) == len(roles)
    assert acting_value("claim_org", choice, Language.VI) == ""
