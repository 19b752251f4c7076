"""How clients prove themselves at the token endpoint – RFC 6749 §2.3, §3.2.1, §5.2; OpenID Connect Core §9."""

import asyncio
import base64
from dataclasses import replace
from datetime import timedelta
from functools import partial
from urllib.parse import quote

import httpx
import pytest

from idp.clients.model import IssuedSecret
from idp.clients.service import issue_secret, put_client, revoke_secret
from idp.database import Done
from idp.ids import ClientId
from idp.limits.model import Limit
from idp.protocol.errors import InvalidClientMetadata
from idp.protocol.facts import Profile
from idp.transaction import Tx
from tests.assertions import ask
from tests.driver import ISSUER, RelyingParty
from tests.world import World

ENDED = "this client_secret has ended"


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def assert_refused(response: httpx.Response, told: str = "client authentication failed") -> None:
    assert response.status_code == 401
    assert response.json() == {"error": "invalid_client", "error_description": told}
    said = f'Basic realm="{ISSUER}", error="invalid_client", error_description="{told}"'
    assert response.headers["www-authenticate"] == said, "RFC 9110 §15.5.2"
    assert response.headers["cache-control"] == "no-store"


def assert_let_in(response: httpx.Response) -> None:
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


async def test_a_secret_in_the_header_lets_a_basic_client_in(world: World) -> None:  # §2.3.1
    rp = await world.client()
    secret = str(rp.client_secret)
    assert_let_in(await ask(world, {}, basic("rp-c", secret)))
    assert_let_in(await ask(world, {"client_id": "rp-c"}, basic("rp-c", secret)))
    encoded = basic(quote("rp-c", safe="").replace("-", "%2D"), secret)
    assert_let_in(await ask(world, {}, encoded))
    lower = {"authorization": basic("rp-c", secret)["authorization"].replace("Basic", "basic")}
    assert_let_in(await ask(world, {}, lower))


async def test_a_secret_in_the_body_lets_a_post_client_in(world: World) -> None:  # §2.3.1
    rp = await world.client(token_endpoint_auth_method="client_secret_post")
    secret = str(rp.client_secret)
    assert_let_in(await ask(world, {"client_id": "rp-c", "client_secret": secret}))
    assert_refused(await ask(world, {"client_id": "rp-c", "client_secret": "wrong"}))
    told = "this client is registered for client_secret_post"
    assert_refused(await ask(world, {}, basic("rp-c", secret)), told)
    assert_refused(await ask(world, {}, basic("rp-c", "wrong")))


async def test_a_public_client_says_its_name_and_no_more(world: World) -> None:  # §3.2.1
    await world.client("app", secret=False)
    assert_let_in(await ask(world, {"client_id": "app"}))
    assert_refused(await ask(world, {"client_id": "app", "client_secret": "anything"}))
    assert_refused(await ask(world, {}, basic("app", "anything")))


async def test_a_confidential_client_can_t_pass_for_a_public_one(world: World) -> None:
    await world.client()
    assert_refused(await ask(world, {"client_id": "rp-c"}))


@pytest.mark.parametrize(
    "case",
    [
        "wrong secret",
        "empty secret",
        "unknown client",
        "two names",
        "secret of another",
        "secret in capitals",
        "secret with a space",
        "client_secret_basic client by post",
        "client assertion",
    ],
)
async def test_whatever_is_wrong_with_the_credentials_the_answer_is_one(world: World, case: str) -> None:
    rp = await world.client()
    other = await world.client("rp-d")
    secret, foreign = str(rp.client_secret), str(other.client_secret)
    form, headers = {
        "wrong secret": ({}, basic("rp-c", "wrong")),
        "empty secret": ({}, basic("rp-c", "")),
        "unknown client": ({}, basic("nobody", secret)),
        "two names": ({"client_id": "rp-d"}, basic("rp-c", secret)),
        "secret of another": ({}, basic("rp-c", foreign)),
        "secret in capitals": ({}, basic("rp-c", secret.upper())),
        "secret with a space": ({}, basic("rp-c", secret + "%20")),
        "client_secret_basic client by post": ({"client_id": "rp-c", "client_secret": "wrong"}, None),
        "client assertion": (
            {
                "client_id": "rp-c",
                "client_assertion": "a.b.c",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            },
            None,
        ),
    }[case]
    assert_refused(await ask(world, form, headers))


async def test_two_ways_at_once_are_a_wrong_request_whoever_it_is(world: World) -> None:  # RFC 6749 §5.2
    secret = str((await world.client()).client_secret)
    for client_id in ("rp-c", "nobody"):
        response = await ask(world, {"client_secret": secret}, basic(client_id, secret))
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
        assert response.json()["error_description"] == "the client must prove itself in one way only"


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b":secret").decode(),
        "Basic " + base64.b64encode(b"rp-c:%zz").decode(),
        "Basic " + base64.b64encode(b"rp-c:%ff%fe").decode(),
        "Basic " + base64.b64encode(b"rp-c:\xff\xfe").decode(),
        "Basic " + base64.b64encode(b"rp-c:%00").decode(),
        "Basic " + base64.b64encode(b"rp-c:" + b"x" * 2000).decode(),
        "Bearer abc",
        "Digest username=rp-c",
        "basic\tcnAtYzp4",
        "é",
    ],
)
async def test_a_malformed_header_is_a_failed_proof_and_not_a_fault(world: World, header: str) -> None:
    await world.client()
    response = await ask(world, {"client_id": "rp-c"}, httpx.Headers([(b"authorization", header.encode())]))
    assert_refused(response)


async def test_a_disabled_client_is_let_in_nowhere_within_a_second(world: World) -> None:  # DESIGN 5.5
    rp = await world.client()
    alice = await world.visitor(rp)
    tokens = await world.tokens(rp, alice)
    code = await alice.code(rp)

    def disable(tx: Tx) -> Done[bool]:
        done = Done(tx.clients.set_enabled(ClientId("rp-c"), enabled=False, now=world.time()))
        tx.configuration.raise_version()
        return done

    await world.provider.database.transact(disable)  # as on another node: this one is not told
    assert (await world.userinfo(tokens["access_token"])).status_code == 401, "the grant is asked at once"
    assert (await rp.redeem(world.http, code)).status_code in {400, 401}
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code in {400, 401}
    await asyncio.sleep(1.01)
    assert_refused(await rp.redeem(world.http, code))
    page = await alice.browser.get(rp.authorize_url())
    assert (page.status, page.error) == (400, "unauthorized_client")


async def test_an_expired_secret_is_no_secret_and_two_may_overlap(world: World) -> None:
    rp = await world.client()
    old = str(rp.client_secret)

    def renew(tx: Tx) -> Done[str]:
        return Done(
            issue_secret(
                tx,
                ClientId("rp-c"),
                vault=world.provider.vault,
                actor="test",
                occasion=world.occasion,
                old_ones_until=world.time() + timedelta(days=1),
            ).text
        )

    new = await world.write(renew)
    for secret in (old, new):
        assert_let_in(await ask(world, {}, basic("rp-c", secret)))
    world.time.move(days=1)
    assert_refused(await ask(world, {}, basic("rp-c", old)), ENDED)
    assert_refused(await ask(world, {"client_id": "rp-c", "client_secret": old}))
    assert_let_in(await ask(world, {}, basic("rp-c", new)))


async def test_a_secret_of_profile_city_ends_after_a_year_and_of_profile_oidc_never(
    world: World,
) -> None:  # PROTOCOL profiles
    city = str((await world.client("rp-c")).client_secret)
    baseline = str((await world.client("rp-o", profile=Profile.OIDC)).client_secret)
    world.time.move(days=365, seconds=-1)
    assert_let_in(await ask(world, {}, basic("rp-c", city)))
    world.time.move(seconds=1)
    assert_refused(await ask(world, {}, basic("rp-c", city)), ENDED)
    assert_let_in(await ask(world, {}, basic("rp-o", baseline)))


async def test_a_revoked_secret_opens_nothing_and_the_others_go_on(world: World) -> None:
    rp = await world.client()
    old = str(rp.client_secret)

    def renew(tx: Tx) -> Done[IssuedSecret]:
        return Done(
            issue_secret(
                tx, ClientId("rp-c"), vault=world.provider.vault, actor="test", occasion=world.occasion
            )
        )

    new = await world.write(renew)
    assert_let_in(await ask(world, {}, basic("rp-c", new.text)))

    def revoke(tx: Tx) -> Done[bool]:
        return Done(revoke_secret(tx, ClientId("rp-c"), new.secret_id, actor="test", occasion=world.occasion))

    await world.provider.database.transact(revoke)  # as on another node: this one is not told
    await asyncio.sleep(1.01)
    assert_refused(await ask(world, {}, basic("rp-c", new.text)), ENDED)
    assert_let_in(await ask(world, {}, basic("rp-c", old)))


async def test_a_client_that_has_no_secret_is_issued_none(world: World) -> None:
    await world.client("app", secret=False)
    for client_id in ("app", "nobody"):
        with pytest.raises(InvalidClientMetadata):
            await world.write(
                partial(
                    issue_secret,
                    client_id=ClientId(client_id),
                    vault=world.provider.vault,
                    actor="test",
                    occasion=world.occasion,
                )
            )


async def test_a_short_secret_can_t_be_given_to_a_client_that_signs_with_it(
    world: World,
) -> None:  # SECURITY C02
    await world.client("rp-s", profile=Profile.OIDC, token_endpoint_auth_method="client_secret_jwt")
    issue = partial(
        issue_secret,
        client_id=ClientId("rp-s"),
        vault=world.provider.vault,
        actor="test",
        occasion=world.occasion,
    )
    for secret in ("short", "s" * 31):
        with pytest.raises(InvalidClientMetadata, match="32 bytes"):
            await world.write(partial(issue, secret=secret))
    await world.write(lambda tx: Done(issue(tx, secret="s" * 32)))


async def test_a_confidential_client_without_a_secret_is_let_in_by_nothing(world: World) -> None:
    rp = await world.client()

    def register(tx: Tx) -> Done[None]:
        known = tx.clients.get(ClientId("rp-c"))
        assert known is not None
        put_client(
            tx, replace(known.facts, client_id=ClientId("bare")), actor="test", occasion=world.occasion
        )
        return Done(None)

    await world.write(register)
    for secret in ("", "None", "null", str(rp.client_secret)):
        assert_refused(await ask(world, {}, basic("bare", secret)))
    assert_refused(await ask(world, {"client_id": "bare"}))


async def test_a_refused_client_leaves_a_count_and_no_event(world: World) -> None:
    await world.client()
    before = await world.events()
    for _ in range(3):
        await ask(world, {}, basic("rp-c", "wrong"))
    assert await world.events() == before
    counted = world.provider.summaries.take(world.provider.clock, all_minutes=True)
    assert [(event.payload["what"], event.payload["count"]) for event in counted] == [
        ("/token invalid_client", 3)
    ]


async def test_one_client_s_secret_opens_no_code_of_another(world: World) -> None:  # SECURITY B03
    rp, other = await world.client(), await world.client("rp-d")
    code = await (await world.visitor(rp)).code(rp)
    thief = RelyingParty(
        client_id="rp-d",
        redirect_uri=rp.redirect_uri,
        client_secret=other.client_secret,
        verifier=rp.verifier,
    )
    assert (await thief.redeem(world.http, code)).json()["error"] == "invalid_grant"
    assert (await rp.redeem(world.http, code)).json()["error"] == "invalid_grant"


async def test_too_many_failures_of_a_client_at_one_address_are_asked_to_wait(
    world: World,
) -> None:  # SECURITY E12
    rp = await world.client()
    other = await world.client("rp-other")
    for _ in range(Limit.CLIENT_AUTHENTICATION.value.most):
        assert_refused(await ask(world, {}, basic("rp-c", "wrong")))
    spoofed = {"x-forwarded-for": "198.51.100.7", "forwarded": "for=198.51.100.7"}
    for headers in (basic("rp-c", "wrong"), basic("rp-c", str(rp.client_secret)) | spoofed):
        refused = await ask(world, {}, headers)
        assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert refused.headers["cache-control"] == "no-store"
    assert_let_in(await ask(world, {}, basic("rp-other", str(other.client_secret))))
    world.time.move(seconds=60)
    assert_let_in(await ask(world, {}, basic("rp-c", str(rp.client_secret))))


async def test_two_headers_of_one_name_prove_nobody(world: World) -> None:  # RFC 6749 §2.3, RFC 9110 §5.3
    rp = await world.client()
    right = basic("rp-c", str(rp.client_secret))["authorization"]
    form = ("content-type", "application/x-www-form-urlencoded")
    body = "grant_type=refresh_token&refresh_token=hp_rt_00" + "a" * 43
    for headers in (
        [form, ("authorization", right), ("authorization", "Basic eDp5")],
        [form, ("authorization", "Basic eDp5"), ("authorization", right)],
        [form, ("content-type", "text/plain"), ("authorization", right)],
        [form, ("origin", "https://a.example"), ("origin", "https://b.example"), ("authorization", right)],
    ):
        response = await world.http.post("/token", content=body, headers=headers)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request"), headers
    assert_let_in(await world.http.post("/token", content=body, headers=[form, ("authorization", right)]))
