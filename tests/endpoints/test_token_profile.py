"""Tokens of a real journey against the published JSON Schemas – docs/reference/token-profile.md."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from idp.people.model import Attribute, Origin, Source
from idp.protocol.discovery import metadata
from idp.protocol.logout import build_logout_token
from idp.protocol.scopes import SCOPES
from idp.protocol.token_profile import CLAIMS, TOKENS
from idp.protocol.verified_claims import CLAIMS as VERIFIED
from tests import make
from tests.world import PERSONAL, World

SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "schemas"


def check(name: str, claims: dict[str, Any]) -> None:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.validate(claims, schema, format_checker=jsonschema.FormatChecker())


async def test_every_token_of_a_journey_is_what_its_schema_says(world: World) -> None:
    rp = await world.client(**PERSONAL)
    rp.scope = " ".join(sorted(PERSONAL["scopes"]))
    stated = Origin(source=Source.REGISTER, level=2, at=world.time())
    profile = make.full_profile(origins=dict.fromkeys(Attribute, stated))
    person = await world.person(profile=profile)
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    every = {"trust_framework": None, "assurance_level": None, "time": None, "evidence": None}
    verified = {"verification": every, "claims": dict.fromkeys(VERIFIED)}
    claims_request = json.dumps(
        {
            "id_token": {"birthdate": None, "verified_claims": [verified]},
            "userinfo": {"name": {"essential": True}, "verified_claims": verified},
        }
    )
    page = await browser.get(rp.authorize_url(claims=claims_request))
    ticks = [
        ("scope", scope) for scope in ("email", "phone", "address", "age", "residence", "offline_access")
    ]
    page = await browser.press(page, "allow", extra=ticks)
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()

    id_token = await rp.verify(world.http, tokens["id_token"])
    check("id_token", id_token)
    assert id_token["birthdate"] == "1984-03-14"
    assert "name" not in id_token
    assert id_token["verified_claims"][0]["claims"].keys() == set(VERIFIED)
    check("access_token", await rp.verify(world.http, tokens["access_token"]))
    answer = await world.http.get("/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"})
    check("userinfo", answer.json())
    assert {"name", "email", "phone_number", "address", "age_over_18"} <= answer.json().keys()

    refreshed = (await rp.refresh(world.http, tokens["refresh_token"])).json()
    check("id_token", await rp.verify(world.http, refreshed["id_token"]))
    check("access_token", await rp.verify(world.http, refreshed["access_token"]))


async def test_signed_userinfo_is_what_its_schema_says(world: World) -> None:
    rp = await world.client(userinfo_signed_response_alg="ES256")
    token = (await world.tokens(rp, await world.visitor(rp)))["access_token"]
    check("userinfo_jwt", await rp.verify(world.http, (await world.userinfo(token)).text))


async def test_what_introspection_says_is_what_its_schema_says(world: World) -> None:
    rp = await world.client(audiences=("https://api.example/",))
    tokens = await world.tokens(rp, await world.visitor(rp), scope="openid offline_access")
    for token in (tokens["access_token"], tokens["refresh_token"], "junk"):
        check("introspection", (await rp.post(world.http, "/introspect", token=token)).json())
        accept = {"accept": "application/token-introspection+jwt"}
        signed = (await rp.post(world.http, "/introspect", accept, token=token)).text
        claims = await rp.verify(world.http, signed)
        check("introspection_jwt", claims)
        check("introspection", claims["token_introspection"])


def test_a_logout_token_is_what_its_schema_says(world: World) -> None:
    claims = build_logout_token(
        iss="https://id.example", aud="rp", sub="s", sid="i", jti="j", now=world.time()
    )
    check("logout_token", claims)
    with pytest.raises(jsonschema.ValidationError):
        check("logout_token", {**claims, "nonce": "never"})


def test_no_claim_is_promised_or_opened_that_the_profile_does_not_describe() -> None:
    promised = metadata("https://id.example", grant_types=(), signing_algorithms=())["claims_supported"]
    assert isinstance(promised, list)
    opened = {claim for scope in SCOPES.values() for claim in scope.claims}
    described = {claim for token in TOKENS for claim in token.claims}
    assert set(promised) | opened <= CLAIMS.keys()
    assert described == CLAIMS.keys()
