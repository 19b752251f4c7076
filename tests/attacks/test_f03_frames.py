"""F03: frames at sign-out. What is registered can't widen the policy, and nobody frames our own pages.

Messages between frames are tried in a browser: tests/conformance/test_oidcc_session_management.py.
"""

import re

import pytest

from idp.protocol.errors import InvalidClientMetadata
from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle
from tests.ui.html import Page as Html

ORIGIN = "https://client-c.example"
HOSTILE_PATHS = (
    "/out;script-src%20*",
    "/out;script-src *",
    "/out;frame-ancestors",
    "/out,https://evil.example",
    "/out?x='unsafe-inline'",
    '/out?x="><script>alert(1)</script>',
    "/out?x=</iframe>",
    "/out?iss=https://evil.example&sid=forged",
    "/out?x=&quot;onload=alert(1)",
    "/" + "a" * 1900,
)


@pytest.mark.parametrize("path", HOSTILE_PATHS)
async def test_f03_an_address_of_a_frame_stays_an_address(cast: Cast, oracle: Oracle, path: str) -> None:
    try:
        await cast.world.change_client(
            "client-c", frontchannel_logout_uri=ORIGIN + path, frontchannel_logout_session_required=True
        )
    except InvalidClientMetadata:
        return  # refused at the door
    await cast.world.tokens(cast.c, cast.alice)
    page = await cast.alice.browser.press(await cast.alice.browser.get("/end_session"), "sign-out-here")
    policy = dict(
        part.partition(" ")[::2] for part in page.response.headers["content-security-policy"].split("; ")
    )
    assert policy["frame-src"] == ORIGIN
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    html = Html(page.response.text)
    assert html.faults == []
    (frame,) = html.all("iframe")
    assert frame.attrs["src"].startswith(ORIGIN + path)
    assert re.search(r"[?&]iss=[^&]+&sid=[A-Za-z0-9_-]+$", frame.attrs["src"])
    assert [script.attrs.get("src", "").startswith("/static/") for script in html.all("script")] == [True]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/out",
        "https://client-c.example:8443/out",
        "http://client-c.example/out",
        "https://client-c.example@evil.example/out",
        "https://CLIENT-C.example/out",
        "javascript:alert(1)",
        "data:text/html,x",
        "//client-c.example/out",
        "https://client-c.example/out#x",
        "https://*/out",
    ],
)
async def test_f03_no_origin_but_the_client_s_own_is_framed(cast: Cast, address: str) -> None:
    with pytest.raises(InvalidClientMetadata):
        await cast.world.change_client("client-c", frontchannel_logout_uri=address)


async def test_f03_nobody_frames_the_pages_of_a_sign_out(cast: Cast, oracle: Oracle) -> None:
    browser = cast.alice.browser
    pages = [await browser.get("/end_session"), await browser.get("/signed-out")]
    pages.append(await browser.press(pages[0], "sign-out-here"))
    for page in pages:
        assert "frame-ancestors 'none'" in page.response.headers["content-security-policy"]
    async with oracle.refusing("the session iframe outside certification", status={404}):
        await browser.client.get("/check_session")
