"""A05: while client or redirect_uri is not proved, no error whatsoever leads anywhere (RFC 9700 §4.11.2)."""

from itertools import product

import pytest

from tests.attacks.oracle import Oracle
from tests.world import World

UNTRUSTED: tuple[dict[str, str | None], ...] = (
    {"redirect_uri": "https://evil.example/"},
    {"redirect_uri": "https://rp-d.example/callback"},
    {"redirect_uri": None},
    {"client_id": "nobody"},
    {"client_id": None},
    {"client_id": "rp-off"},
    {"client_id": "rp-d"},
    {"client_id": "nobody", "redirect_uri": "https://evil.example/"},
)
FURTHER: tuple[dict[str, str | None], ...] = (
    {},
    {"response_type": "token"},
    {"response_type": None},
    {"response_type": "code id_token", "scope": None},
    {"scope": "nothing"},
    {"scope": None},
    {"request": "garbage"},
    {"request": "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9."},
    {"request_uri": "https://evil.example/request"},
    {"prompt": "none"},
    {"prompt": "none login"},
    {"max_age": "x"},
    {"claims": "{"},
    {"code_challenge": None},
    {"response_mode": "fragment"},
    {"id_token_hint": "garbage"},
    {"resource": "https://evil.example/"},
    {"registration": '{"redirect_uris":["https://evil.example/"]}'},
    {"state": "x" * 3000},
)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a05_an_error_before_trust_is_a_page_of_ours(world: World, oracle: Oracle, method: str) -> None:
    rp = await world.client()
    await world.client("rp-d")
    await world.client("rp-off", enabled=False, redirect_uris=(rp.redirect_uri,))
    for untrusted, further in product(UNTRUSTED, FURTHER):
        changes = {**untrusted, **further}
        async with oracle.refusing(changes, status={400}, counted=True) as watch:
            if method == "GET":
                await world.http.get(rp.authorize_url(**changes))
            else:
                await world.http.post("/authorize", data=rp.parameters(**changes))
        assert watch.last.headers["content-type"].startswith("text/html")
        assert "evil.example" not in watch.last.text.split("<main", 1)[1].split("</main", 1)[0]


async def test_a05_nor_for_somebody_signed_in(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    alice = await world.visitor(rp)
    await world.client("rp-d")
    await world.client("rp-off", enabled=False, redirect_uris=(rp.redirect_uri,))
    for untrusted in UNTRUSTED:
        async with oracle.refusing(untrusted, status={400}, counted=True):
            await alice.browser.client.get(rp.authorize_url(**untrusted))
