"""A10: only a path of this host survives as a place to go back to (CWE-601).

`next` of the forms for language and appearance is the one value a browser sends for that; everything else is sealed.
"""

from itertools import cycle, product
from urllib.parse import urlsplit

from tests.attacks.oracle import Oracle
from tests.world import World

OWN = {"origin": "null", "sec-fetch-site": "same-origin"}
STARTS = (
    "//",
    "///",
    "/\\",
    "\\/",
    "\\\\",
    "/\t/",
    "/\n/",
    "/\r/",
    "\t//",
    " //",
    "/ /",
    "/\x0b/",
    "/\x0c/",
    "/\u3000/",
    "/\u2028/",
    "https:",
    "https:/",
    "https://",
    "https:\\\\",
    "HTTPS://",
    "http://",
    "ftp://",
    "//\\",
    "/.//",
    "/..//",
    "./",
    "../",
    "@",
    ":",
    "",
    "javascript:",
    "JAVASCRIPT:",
    "data:text/html,",
    "vbscript:",
    "\x01javascript:",
)
ENDS = ("evil.example", "evil.example:443/x", "localhost:8000@evil.example", "alert(1)//")


def leads_elsewhere(location: str) -> bool:
    """As a browser reads it: tabs and line breaks are dropped, backslashes are slashes (WHATWG URL §4.4)."""
    read = (
        location.strip("\x00\x01\x02\x03\t\n\x0b\x0c\r ")
        .replace("\t", "")
        .replace("\n", "")
        .replace("\r", "")
        .replace("\\", "/")
    )
    return (
        not read.startswith("/")
        or read.startswith("//")
        or bool(urlsplit(read).scheme or urlsplit(read).netloc)
    )


async def test_a10_whatever_next_says_the_browser_stays_here(world: World, oracle: Oracle) -> None:
    browser = world.browser()
    csrf = (await browser.get("/help")).form("lang-en")["fields"]["csrf"]
    forms = cycle((("/language", "language"), ("/theme", "theme"), ("/text-size", "text-size")))
    for (start, end), (path, field) in zip(product(STARTS, ENDS), forms, strict=False):
        async with oracle.refusing((path, start + end), status={303}) as watch:
            form = {"csrf": csrf, field: "none", "next": start + end}
            await browser.client.post(path, data=form, headers=OWN)
        assert not leads_elsewhere(watch.last.headers["location"]), start + end


async def test_a10_no_page_takes_a_place_to_go_from_its_address(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    alice = await world.visitor(rp)
    interaction = (await world.browser().get(rp.authorize_url())).interaction
    names = (
        "next",
        "returnUrl",
        "return_url",
        "continue",
        "redirect",
        "redirect_uri",
        "url",
        "goto",
        "back",
        "r",
        "ui_locales",
        "target_link_uri",
        "RelayState",
    )
    paths = (
        "/",
        "/help",
        "/signed-out",
        "/end_session",
        f"/sign-in?i={interaction}",
        "/authorize/resume",
        "/administrator",
    )
    for name, path in product(names, paths):
        mark = "&" if "?" in path else "?"
        response = await alice.browser.client.get(f"{path}{mark}{name}=https%3A%2F%2Fevil.example%2F")
        location = response.headers.get("location", "/")
        assert not leads_elsewhere(location), (name, path)
        for attribute in ('href="', 'action="', 'src="', "url="):
            assert f"{attribute}https://evil.example" not in response.text, (name, path)


def test_a10_the_reader_of_these_tests_knows_an_escape_when_it_sees_one() -> None:
    for escape in (
        "//evil",
        "/\\evil",
        "\\\\evil",
        "/\t/evil",
        "https:evil",
        "javascript:x",
        " //evil",
        "evil",
    ):
        assert leads_elsewhere(escape), escape
    for stay in ("/", "/help", "/a//b", "/..//evil", "/%09/evil", "/x?next=//evil"):
        assert not leads_elsewhere(stay), stay
