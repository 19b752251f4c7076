"""The kit in a FastAPI application, read by an outsider – RFC 6750 §2.1, §3."""

from typing import Annotated

import httpx
from fastapi import Depends, FastAPI

from resource_server import TokenRefused, VerifiedToken
from resource_server.dependency import refusal_response, require
from tests.resource_server.tokens import HIGH, Provider, token, verifier


def api(provider: Provider | None = None) -> httpx.AsyncClient:
    check = verifier(provider)
    app = FastAPI(exception_handlers={TokenRefused: refusal_response})

    @app.get("/documents")
    async def documents(found: Annotated[VerifiedToken, Depends(require(check, scopes="docs.read"))]) -> str:
        return found.sub

    @app.delete("/documents")
    async def forget(found: Annotated[VerifiedToken, Depends(require(check, acr=HIGH))]) -> str:
        return found.sub

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example")


async def test_an_endpoint_gets_the_verified_token() -> None:
    async with api() as client:
        answer = await client.get("/documents", headers={"Authorization": f"Bearer {token()}"})
    assert (answer.status_code, answer.json()) == (200, "s-huong")


async def test_a_refusal_carries_its_challenge_and_is_not_cached() -> None:
    async with api() as client:
        bare = await client.get("/documents")
        weak = await client.delete("/documents", headers={"Authorization": f"Bearer {token()}"})
        in_query = await client.get("/documents", params={"access_token": token()})
    assert (bare.status_code, bare.json()) == (401, {})
    assert weak.json()["error"] == "insufficient_user_authentication"
    assert f'acr_values="{HIGH}"' in weak.headers["www-authenticate"]
    assert weak.headers["cache-control"] == "no-store"
    assert in_query.status_code == 401


async def test_two_authorization_headers_are_a_bad_request() -> None:
    sent = [("Authorization", f"Bearer {token()}"), ("Authorization", f"Bearer {token()}")]
    async with api() as client:
        answer = await client.get("/documents", headers=sent)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_keys_out_of_reach_are_503_without_a_challenge() -> None:
    async with api(Provider(away=True)) as client:
        answer = await client.get("/documents", headers={"Authorization": f"Bearer {token()}"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "www-authenticate" not in answer.headers
