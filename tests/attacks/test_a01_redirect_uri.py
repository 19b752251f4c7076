"""A01, A02, A03: the redirect_uri is compared byte for byte with the registered list (RFC 9700 §2.1).

No parsing and no normalising: whatever a parser would make of it, an address that is not registered gets a page here.
"""

import pytest

from tests.attacks.oracle import Oracle
from tests.driver import RelyingParty
from tests.world import World

REGISTERED = "https://rp-c.example/callback"
USERINFO = (
    "https://rp-c.example@evil.example/callback",
    "https://rp-c.example@@evil.example/callback",
    "https://rp-c.example%40evil.example/callback",
    "https://rp-c.example\\@evil.example/callback",
    "https://evil.example\\@rp-c.example/callback",
    "https://a:b@rp-c.example/callback",
    "https://@rp-c.example/callback",
    "https:/\\rp-c.example/callback",
    "https:/evil.example/callback",
    "https:///rp-c.example/callback",
    "https://rp-c.example#@evil.example/callback",
    "https://rp-c.example?@evil.example/callback",
    "https://rp-c.example:443/callback",
    "https://rp-c.example:/callback",
    "https://rp-c.example:0443/callback",
    "https://RP-C.example/callback",
    "HTTPS://rp-c.example/callback",
    "https://rp-c.example./callback",
    "https://rp-c。example/callback",
    "https://ｒｐ-c.example/callback",
    "https://rp‐c.example/callback",
    "https://xn--rp-c.example/callback",
    "https://rp-c.example.evil.example/callback",
    "https://evilrp-c.example/callback",
    "https://sub.rp-c.example/callback",
    "http://rp-c.example/callback",
    "//rp-c.example/callback",
    "rp-c.example/callback",
    "/callback",
    "callback",
    "javascript:alert(1)//https://rp-c.example/callback",
    "data:text/html,https://rp-c.example/callback",
    "urn:ietf:wg:oauth:2.0:oob",
    " https://rp-c.example/callback",
    "https://rp-c.example/callback ",
    "https://rp-c.example/callback\t",
    "https://rp-c.example/call\nback",
    "https://rp-c.example/callback\r\n",
    "https://rp-c.example/callback\x85",
    "https://rp-c.example\t.evil.example/callback",
    "https://rp-c.example,https://evil.example/callback",
    "https://rp-c.example/callback https://evil.example/",
)
PATHS = tuple(
    f"https://rp-c.example{path}"
    for path in (
        "/callback/..;/evil",
        "/callback/../evil",
        "/callback/%2e%2e/evil",
        "/callback/.%2e/evil",
        "/callback%2f..%2fevil",
        "/callback%252f",
        "/callback;a=b",
        "/callback/",
        "/callback//",
        "//callback",
        "/./callback",
        "/x/../callback",
        "/callback?",
        "/callback?x=1",
        "/callback#",
        "/callback#fragment",
        "/callback%23",
        "/callback%00",
        "/callback%20",
        "/callback+",
        "/CALLBACK",
        "/Callback",
        "/%63allback",
        "/call%62ack",
        "/callback.html",
        "/callbac",
        "/",
        "",
        "/callback\\",
        "\\callback",
        "/callback&code=stolen",
        "/callbаck",  # a Cyrillic letter
        "/callback" + "a" * 4000,
    )
)


async def _attack(oracle: Oracle, rp: RelyingParty, uri: str) -> None:
    for changes in ({}, {"prompt": "none"}, {"scope": "nothing"}):
        async with oracle.refusing(uri, status={400}, counted=True) as watch:
            await oracle.world.http.get(rp.authorize_url(redirect_uri=uri, **changes))
        assert watch.last.headers["content-type"].startswith("text/html")
    async with oracle.refusing(uri, status={400}, counted=True):
        await oracle.world.http.post("/authorize", data=rp.parameters(redirect_uri=uri))


@pytest.mark.parametrize("payloads", [USERINFO, PATHS], ids=["A01", "A02"])
async def test_a01_a02_an_address_that_is_not_registered_byte_for_byte_gets_a_page_here(
    world: World, oracle: Oracle, payloads: tuple[str, ...]
) -> None:
    rp = await world.client()
    assert REGISTERED not in payloads
    for uri in payloads:
        await _attack(oracle, rp, uri)


async def test_a01_even_somebody_signed_in_is_not_sent_there(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    alice = await world.visitor(rp)
    for uri in (*USERINFO, *PATHS):
        async with oracle.refusing(uri, status={400}, counted=True):
            await alice.browser.client.get(rp.authorize_url(redirect_uri=uri))


async def test_a02_every_single_byte_counts(world: World, oracle: Oracle) -> None:
    """Any one character of the registered address left out, doubled or changed makes it another."""
    rp = await world.client()
    mutants = {
        REGISTERED[:at] + put + REGISTERED[at + 1 :]
        for at in range(len(REGISTERED))
        for put in ("", "x", "..")
    }
    mutants |= {REGISTERED[:at] + REGISTERED[at] * 2 + REGISTERED[at + 1 :] for at in range(len(REGISTERED))}
    for uri in sorted(mutants - {REGISTERED}):
        async with oracle.refusing(uri, status={400}, counted=True):
            await world.http.get(rp.authorize_url(redirect_uri=uri))


NATIVE = (
    "http://localhost:8080/callback",
    "http://127.0.0.1:8080/callback/",
    "http://127.0.0.1:8080/CALLBACK",
    "http://127.0.0.1:8080/callback?x=1",
    "http://127.0.0.1:8080",
    "http://127.0.0.1:0/callback",
    "http://127.0.0.1:65536/callback",
    "http://127.0.0.1:99999/callback",
    "http://127.0.0.1:/callback",
    "http://127.0.0.1:80a/callback",
    "http://127.0.0.1:８０/callback",
    "http://127.0.0.1:-1/callback",
    "http://127.0.0.1:8080@evil.example/callback",
    "http://127.0.0.1:8080.evil.example/callback",
    "http://127.0.0.1.evil.example/callback",
    "http://evil.example/#http://127.0.0.1:8080/callback",
    "http://127.1:8080/callback",
    "http://127.0.0.2:8080/callback",
    "http://2130706433:8080/callback",
    "http://0x7f000001/callback",
    "http://[::1]:8080/callback",
    "http://[::ffff:127.0.0.1]:8080/callback",
    "https://127.0.0.1:8080/callback",
    "HTTP://127.0.0.1:8080/callback",
    "http://127.0.0.1:8080\\callback",
    "http://127.0.0.1:8080/callback\n",
    "http://127.0.0.1:8080//callback",
)


async def test_a03_of_a_native_app_s_loopback_address_the_port_alone_is_free(
    world: World, oracle: Oracle
) -> None:  # RFC 8252 §7.3
    app = await world.client(
        "app", secret=False, application_type="native", redirect_uris=("http://127.0.0.1/callback",)
    )
    for uri in NATIVE:
        await _attack(oracle, app, uri)


async def test_a03_the_freedom_of_the_port_is_for_native_apps_alone(world: World, oracle: Oracle) -> None:
    web = await world.client("web", redirect_uris=("http://127.0.0.1:3000/callback",))
    for uri in ("http://127.0.0.1:3001/callback", "http://127.0.0.1/callback", "http://[::1]:3000/callback"):
        await _attack(oracle, web, uri)
