"""Asking why an official looked: about one's own record, once, and the answer stands beside it (PAGES §3.1.17)."""

from idp.audit.events import EventType
from idp.cases.model import CaseKind, CaseState
from idp.cases.service import answer_question
from idp.people.asked import read_text
from tests.driver import Browser
from tests.endpoints.looking import look
from tests.world import World

HISTORY = "/account/history"
HERE = f"{HISTORY}/ask-why"


async def looked_at(world: World, name: str = "alice", born: int = 1984) -> tuple[Browser, str]:
    """Let an official look at somebody who is signed in; return their browser and the event."""
    person, browser = await world.person(name, birth_year=born), world.browser()
    await world.signed_in(browser, person.person_id)
    asked = read_text(person.profile.full_name, birth_year=born)
    await look(world, asked)
    events = await world.records(EventType.PEOPLE_SEARCHED)
    ours = [one.event_id for one in events if one.subject_ref == f"person:{person.person_id}"]
    return browser, ours[-1]


async def questions(world: World) -> list[str]:
    found = await world.provider.database.read(
        lambda tx: tx.cases.list(CaseState.OPEN, 10, CaseKind.QUESTION)
    )
    return [one.case_id for one in found]


async def test_a_question_is_asked_once_and_its_answer_stands_beside_the_look(world: World) -> None:
    browser, event_id = await looked_at(world)
    page = await browser.get(f"{HISTORY}?kind=looked")
    assert f"ask-why-{event_id}" in page.ids
    page = await browser.get(page.links[f"ask-why-{event_id}"])
    assert await questions(world) == [], "looking asks nothing"
    form = page.form("submit")
    page = await browser.press(page, "submit")
    assert {"page-ask-why", "asked", "case", "waiting"} <= page.ids
    (number,) = await questions(world)
    assert number in page.response.text
    await browser.post(form["action"], form["fields"])
    assert await questions(world) == [number]
    words = "Công an thành phố yêu cầu bằng văn bản 12."
    await world.write(
        lambda tx: answer_question(tx, number, words, actor="operator:lan", occasion=world.occasion)
    )
    page = await browser.get(f"{HERE}?e={event_id}")
    assert {"answer", "asked"} <= page.ids
    assert words in page.response.text
    told = await world.provider.database.read(
        lambda tx: tx.connection.exec_driver_sql("SELECT kind FROM outbox").scalars().all()
    )
    assert "notice" in told
    await browser.post(form["action"], form["fields"])
    assert await questions(world) == [], "an answered one is not asked again"


async def test_g01_of_anothers_record_or_of_ones_own_acts_nothing_is_asked(world: World) -> None:
    _, of_her = await looked_at(world)
    his, of_him = await looked_at(world, "bob", 1990)
    csrf = (await his.get(f"{HERE}?e={of_him}")).form("submit")["fields"]["csrf"]
    *_, sign_in = await world.records(EventType.SESSION_STARTED)
    for event_id in (of_her, sign_in.event_id, "x", ""):
        assert "page-history" in (await his.get(f"{HERE}?e={event_id}")).ids
        assert "page-history" in (await his.post(HERE, {"csrf": csrf, "event": event_id})).ids
    assert await questions(world) == []
