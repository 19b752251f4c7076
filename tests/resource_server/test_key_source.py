"""Keys are fetched with restraint and outlive an outage – OpenID Connect Discovery 1.0 §4.3, RFC 7517 §5."""

import asyncio
from datetime import timedelta

import pytest

from resource_server import JwksSource, KeysUnavailable, TokenRefused
from tests.resource_server.tokens import ISSUER, K1, Monotonic, Provider, key, token, verifier


def source(provider: Provider, clock: Monotonic) -> JwksSource:
    return JwksSource(ISSUER, fetch=provider.fetch, max_age=timedelta(minutes=5), monotonic=clock)


async def test_keys_are_read_once_and_again_after_their_age() -> None:
    provider, clock = Provider(), Monotonic()
    keys = source(provider, clock)
    for _ in range(3):
        assert await keys.find("k1") is not None
    assert provider.jwks_reads == 1
    clock.seconds = 301
    assert await keys.find("k1") is not None
    assert provider.jwks_reads == 2


async def test_an_unknown_kid_asks_again_at_most_once_in_30_seconds() -> None:
    provider, clock = Provider(), Monotonic()
    keys = source(provider, clock)
    assert await asyncio.gather(*(keys.find(f"unknown-{n}") for n in range(20))) == [None] * 20
    assert provider.jwks_reads == 2
    clock.seconds = 29
    assert await keys.find("unknown") is None
    assert provider.jwks_reads == 2
    clock.seconds = 31
    assert await keys.find("unknown") is None
    assert provider.jwks_reads == 3


async def test_a_new_key_is_found_at_once() -> None:
    provider, clock = Provider(), Monotonic()
    keys = source(provider, clock)
    await keys.find("k1")
    new = key(kid="k2")
    provider.keys.append(new)
    check = verifier(fetch=keys)
    assert (await check.verify(f"Bearer {token(by=new)}")).sub == "s-huong"
    assert provider.jwks_reads == 2


async def test_the_last_good_keys_outlive_an_outage() -> None:
    provider, clock = Provider(), Monotonic()
    keys = source(provider, clock)
    await keys.find("k1")
    provider.away = True
    clock.seconds = 10_000
    before = len(provider.asked)
    for _ in range(5):
        assert await keys.find("k1") is not None
    assert len(provider.asked) == before + 1


async def test_a_slow_provider_holds_up_nobody_whose_key_is_known() -> None:
    provider, clock, answer = Provider(), Monotonic(), asyncio.Event()

    async def slow(url: str) -> object:
        if clock.seconds:
            await answer.wait()
        return await provider.fetch(url)

    keys = JwksSource(ISSUER, fetch=slow, monotonic=clock)  # type: ignore[arg-type]  # object is a Mapping here
    await keys.find("k1")
    clock.seconds = 10_000
    first = asyncio.create_task(keys.find("k1"))
    await asyncio.sleep(0)
    assert await asyncio.wait_for(keys.find("k1"), 1) is not None
    answer.set()
    assert await first is not None


async def test_without_any_keys_the_answer_is_503_and_soon_tried_again() -> None:
    provider, clock = Provider(away=True), Monotonic()
    check = verifier(fetch=source(provider, clock))
    for _ in range(3):
        with pytest.raises(TokenRefused) as caught:
            await check.verify(f"Bearer {token()}")
        assert (caught.value.status, caught.value.www_authenticate) == (503, None)
    assert len(provider.asked) == 1
    provider.away, clock.seconds = False, 1.5
    assert (await check.verify(f"Bearer {token()}")).sub == "s-huong"


@pytest.mark.parametrize(
    "provider",
    [
        Provider(issuer="https://evil.example"),
        Provider(issuer=ISSUER + "/"),
        Provider(jwks_uri="http://id.haiphong.example/jwks"),
        Provider(jwks_uri="file:///etc/passwd"),
        Provider(jwks_uri=None),
        Provider(keys=[]),
        Provider(keys=[key("oct", "k1")]),
    ],
    ids=[
        "other issuer",
        "issuer with slash",
        "plain http",
        "a file",
        "no jwks_uri",
        "no keys",
        "a shared secret",
    ],
)
async def test_a_document_that_cannot_be_trusted_gives_no_keys(provider: Provider) -> None:
    with pytest.raises(KeysUnavailable):
        await source(provider, Monotonic()).find("k1")


async def test_keys_not_for_us_are_passed_over() -> None:
    listed: list[object] = [
        "not an object",
        {"kty": "EC", "kid": "broken", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "AKP", "kid": "of-tomorrow"},
        key(kid="k5").as_dict(private=True),
        {**key(kid="k6").as_dict(private=False), "use": "enc"},
        {name: value for name, value in key().as_dict(private=False).items() if name != "kid"},
        K1.as_dict(private=False),
    ]

    async def fetch(url: str) -> dict[str, object]:
        return {"keys": listed} if url.endswith("/jwks") else {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"}

    keys = JwksSource(ISSUER, fetch=fetch)
    assert await keys.find("k1") is not None
    for kid in ("broken", "of-tomorrow", "k5", "k6"):
        assert await keys.find(kid) is None
