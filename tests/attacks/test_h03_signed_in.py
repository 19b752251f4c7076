"""H03, E07: whatever somebody who is signed in, or about to be, puts into a page's address or form breaks nothing.

Where nobody is signed in, most of these are turned away before they are looked at (test_h03_malformed_input.py).
"""

import re
from pathlib import Path
from urllib.parse import urljoin

import idp
from idp.citizen.routing import _PAGES
from tests.driver import Browser
from tests.world import World

_FIELDS = frozenset(
    name
    for path in Path(idp.__file__).parent.rglob("*.html")
    for name in re.findall(r'name="([a-z0-9-]+)"', path.read_text("utf-8"))
) | {
    "username",
    "password",
    "otp",
    "address",
    "email",
    "phone",
    "user-code",
    "number",
    "tax-code",
    "id-number",
    "full-name",
}
_LETTERS = "abcdehikmpqrstw"
ODD = (
    "9" * 5000,
    "-1",
    "\u0663\u0663",
    "\u202e\ufeffe\u0301",
    "<script>alert(1)</script>",
    "[" * 3000,
    '{"rawId": "AA", "id": "AA", "response": {}}',
    "x\x1b[31m\r\nset-cookie: x=y",
)
_GETS = sorted(
    path
    for method, path, _ in _PAGES
    if method == "GET" and not path.startswith(("/static/", "/logo/")) and "{" not in path
)
_POSTS = sorted(path for method, path, _ in _PAGES if method == "POST" and "{" not in path)
_IS_FAULT = 500


async def _somebody(world: World, name: str = "alice") -> tuple[Browser, str]:
    """Return a browser where somebody is signed in, and an interaction that it holds."""
    rp = await world.client(f"rp-{name}")
    person, _ = await world.citizen(name)
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(rp.authorize_url(prompt="login"))
    return browser, page.interaction


async def test_h03_odd_values_in_an_address_break_no_page(world: World) -> None:
    browser, begun = await _somebody(world)
    faults = []
    for path in _GETS:
        for value in ODD:
            pairs = dict.fromkeys((*_LETTERS, "kind", "service", "link"), value[:900])
            asked = [pairs, {"p": value, "k": value}] if len(value) > 900 else [pairs]
            for each in asked:
                if path.startswith(("/sign-in", "/step-up", "/consent", "/act-for")):
                    each["i"] = begun
                response = await browser.client.get(path, params=each)
                if response.status_code >= _IS_FAULT:
                    faults.append((path, list(each)[:2], value[:40]))
    assert faults == []


async def test_h03_odd_values_in_a_page_s_own_forms_break_nothing(world: World) -> None:
    browser, begun = await _somebody(world)
    faults, seen = [], set()
    for path in _GETS:
        page = await browser.get(f"{path}?i={begun}&c=email&r=correct")
        for form in page.forms:
            action = urljoin(str(page.response.url), form["action"])
            for name in sorted(set(form["fields"]) - {"csrf"}):
                if (action, name) in seen:
                    continue
                seen.add((action, name))
                for value in ODD:
                    again = await browser.client.post(
                        action,
                        data={**form["fields"], name: value},
                        headers={"sec-fetch-site": "same-origin"},
                    )
                    if again.status_code >= _IS_FAULT:
                        faults.append((action, name, value[:40]))
    assert faults == []


async def test_h03_odd_values_in_every_field_at_once_break_nothing(world: World) -> None:
    browser, begun = await _somebody(world)
    csrf = (await browser.get("/recover")).form("theme-dark")["fields"]["csrf"]
    faults: list[tuple[str, str]] = []
    people: list[str] = []
    for path in _POSTS:
        for value in ODD:
            fields = {**dict.fromkeys(sorted(_FIELDS)[:60], value[:900]), "csrf": csrf}
            response = await browser.client.post(
                path, params={"i": begun}, data=fields, headers={"sec-fetch-site": "same-origin"}
            )
            if response.status_code >= _IS_FAULT:
                faults.append((path, value[:40]))
            if not world.cookie_of(browser, "session"):
                browser, begun = await _somebody(world, f"p{len(people)}")
                people.append(path)
                csrf = (await browser.get("/recover")).form("theme-dark")["fields"]["csrf"]
    assert faults == []
