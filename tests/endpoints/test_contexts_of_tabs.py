"""For whom a person acts where several tabs ask at once: no answer is another's – adr/0032; SECURITY A08."""

from dataclasses import replace
from typing import Any

import pytest

from tests.driver import Page
from tests.endpoints.test_contexts import KINDS, SCOPES, Family, claims, family
from tests.world import World

__all__ = ["family"]

CHILD, COMPANY, OWN = "Nguyễn Gia Bảo", "Cảng Xanh", "Cho bản thân"


async def asked(world: World, family: Family, **parameters: str | None) -> Page:
    """Open a tab that asks for whom."""
    world.time.move(seconds=1)
    page = await family.browser.get(family.rp.authorize_url(scope="openid profile mandate", **parameters))
    assert "page-act-for" in page.ids
    return page


async def answer(world: World, family: Family, page: Page, name: str) -> Page:
    """Answer in a tab with the choice that stands beside a name."""
    world.time.move(seconds=1)
    text = page.response.text
    choice = text[: text.index(name)].rpartition('value="')[2].partition('"')[0]
    return await family.browser.press(page, "submit", extra=[("principal", choice)])


async def said(world: World, family: Family, page: Page) -> dict[str, Any]:
    response = await family.rp.redeem(world.http, page.answer["code"])
    assert response.status_code == 200, response.text
    return claims(response.json()["id_token"])


@pytest.mark.parametrize("parameters", [{}, {"ctx_hint": "choose"}], ids=["asked", "asked anew"])
async def test_each_tab_gets_what_was_answered_in_it(
    world: World, family: Family, parameters: dict[str, str]
) -> None:
    first = await asked(world, family, **parameters)
    second = await asked(world, family, **parameters)
    for_company = await said(world, family, await answer(world, family, second, COMPANY))
    for_child = await said(world, family, await answer(world, family, first, CHILD))
    assert (for_company["ctx"], for_child["ctx"]) == ("organisation", "ward")


async def test_a_tab_that_was_not_answered_still_asks(world: World, family: Family) -> None:
    first, second = await asked(world, family), await asked(world, family)
    await answer(world, family, second, COMPANY)
    for place in (f"/act-for?i={first.interaction}", f"/authorize/resume?i={first.interaction}"):
        assert "page-act-for" in (await family.browser.get(place)).ids
    await asked(world, family, ctx_hint="choose")
    later = await family.browser.get(family.rp.authorize_url(scope="openid profile mandate"))
    assert (await said(world, family, later))["ctx"] == "organisation", (
        "it is remembered for what is asked later"
    )


async def test_what_another_tab_chose_while_the_consent_page_was_open_is_not_issued(
    world: World, family: Family
) -> None:
    school = await world.client("rp-school", subject_contexts=KINDS, scopes=SCOPES)
    await world.agree(family.mother.person_id, school)
    other = replace(family, rp=school)
    first, second = await asked(world, other), await asked(world, other)
    page = await answer(world, other, first, CHILD)
    assert "page-consent" in page.ids
    assert (await said(world, other, await answer(world, other, second, OWN)))["ctx"] == "person"
    page = await family.browser.press(page, "allow")
    assert (await said(world, other, page))["ctx"] == "ward"


async def test_who_signs_in_meanwhile_is_asked_themselves(world: World, family: Family) -> None:
    """An answer is of the session it was given in, though the other has the same choice."""
    school = await world.client("rp-school", subject_contexts=KINDS, scopes=SCOPES)
    other = replace(family, rp=school)
    page = await answer(world, other, await asked(world, other), OWN)
    assert "page-consent" in page.ids
    await world.signed_in(family.browser, family.mother.person_id)
    page = await family.browser.get(f"/authorize/resume?i={page.interaction}")
    assert "page-act-for" in page.ids


async def test_a_hint_that_names_nobody_keeps_nobody_from_answering(world: World, family: Family) -> None:
    page = await asked(world, family, org_hint="9999999999")
    page = await answer(world, family, page, OWN)
    assert (await said(world, family, page))["ctx"] == "person"


async def test_until_the_code_is_issued_the_back_button_leads_to_another_answer(
    world: World, family: Family
) -> None:
    school = await world.client("rp-school", subject_contexts=KINDS, scopes=SCOPES)
    await world.agree(family.mother.person_id, school)
    other = replace(family, rp=school)
    page = await answer(world, other, await asked(world, other), CHILD)
    assert "page-consent" in page.ids
    back = await family.browser.get(f"/act-for?i={page.interaction}")
    page = await answer(world, other, back, COMPANY)
    assert (await said(world, other, page))["ctx"] == "organisation"
