"""Witnesses: client libraries by others, in processes of their own against a real server, their browser being ours."""

import asyncio
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from idp.protocol.facts import Profile
from tests.driver import Browser, RelyingParty
from tests.interop.peer import peer
from tests.processes import ROOT
from tests.server import A_NODE_KNOWS_IT, Installation, Node, free_ports, open_served, serving

HERE = Path(__file__).parent
_PATIENCE = 90.0
KEY = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": "keyed-1"}, private=True)
"""What the relying party with a key signs with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A provider that runs, where its log is, and what lets a stranger register there."""

    installation: Installation
    node: Node
    invitation: str = field(repr=False)


@pytest.fixture(scope="session")
def node_js() -> str:
    """The Node.js that scripts/test names, with the libraries of package-lock.json beside the tests."""
    named = os.environ.get("NODE")
    if not named or not (HERE / "node_modules" / "openid-client").is_dir():
        pytest.fail(
            "tests/interop needs Node.js and the libraries of its lock file; scripts/test brings both"
        )
    return named


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One provider for all witnesses of a run."""
    installation = Installation(
        folder=tmp_path_factory.mktemp("interop") / "state",
        port=free_ports(1)[0],
        settings={"HPID_REGISTRATION": "token"},
    )
    installation.prepare()
    node = Node(installation)
    with serving(node):
        invited = installation.hpid("clients", "invite", "--uses", "10", "--json").json
        yield Stage(installation=installation, node=node, invitation=invited["initial_access_token"])


async def hear(node_js: str, script: str, stage: Stage, client_id: str) -> dict[str, str]:
    """Let a witness run its steps; return what it said of each."""
    async with open_served(stage.installation, stage.node) as world:
        scope = frozenset({"openid", "profile", "offline_access"})
        confidential = await world.client(client_id, profile=Profile.CITY, scopes=scope)
        spa = await world.client(f"{client_id}-spa", secret=False, scopes=scope)
        key = RSAKey.generate_key(2048, {"use": "enc", "kid": "sealed"}, private=True)
        sealed = await world.client(
            f"{client_id}-sealed",
            scopes=scope,
            jwks=json.dumps({"keys": [key.as_dict(private=False)]}),
            id_token_encrypted_response_alg="RSA-OAEP-256",
            id_token_encrypted_response_enc="A256GCM",
            userinfo_signed_response_alg="ES256",
            userinfo_encrypted_response_alg="RSA-OAEP-256",
            userinfo_encrypted_response_enc="A256GCM",
        )
        public_jwks = json.dumps({"keys": [KEY.as_dict(private=False)]})
        by_key: dict[str, Any] = {"token_endpoint_auth_method": "private_key_jwt", "jwks": public_jwks}
        keyed = await world.client(f"{client_id}-keyed", secret=False, scopes=scope, **by_key)
        visitor = await world.visitor(confidential)
        for rp in (confidential, spa, sealed, keyed):
            await world.agree(visitor.person.person_id, rp, "profile", "offline_access")
        await asyncio.sleep(A_NODE_KNOWS_IT)
        part = {
            "issuer": world.issuer,
            "confidential": _part(confidential),
            "public_": _part(spa),
            "sealed": {**_part(sealed), "private_jwk": key.as_dict(private=True)},
            "keyed": {**_part(keyed), "jwk": KEY.as_dict(private=True)},
            "invitation": stage.invitation,
        }
        return await _converse(node_js, script, part, partial(_led_to, visitor.browser))


async def hear_of_the_peer(node_js: str, script: str) -> dict[str, str]:
    """Let a witness run its steps against the other provider; return what it said of each."""
    issuer = f"http://localhost:{free_ports(1)[0]}"
    confidential = RelyingParty("rp-c", "https://rp-c.example/callback", client_secret="p" * 43)
    spa = RelyingParty("rp-spa", "https://rp-spa.example/callback")
    keyed = RelyingParty("rp-keyed", "https://rp-keyed.example/callback")
    by_key = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [KEY.as_dict(private=False)]}}
    clients = [_metadata(confidential), _metadata(spa), _metadata(keyed) | by_key]
    part: dict[str, Any] = {
        "issuer": issuer,
        "confidential": _part(confidential),
        "public_": _part(spa),
        "keyed": {**_part(keyed), "jwk": KEY.as_dict(private=True)},
        "invitation": secrets.token_urlsafe(),
    }
    async with peer(node_js, issuer, clients, part["invitation"]) as browser:
        return await _converse(node_js, script, part, browser.led_to)


def _metadata(rp: RelyingParty) -> dict[str, Any]:
    secret = {"client_secret": rp.client_secret} if rp.client_secret else {}
    method = "client_secret_basic" if rp.client_secret else "none"
    return {
        "client_id": rp.client_id,
        "redirect_uris": [rp.redirect_uri],
        "post_logout_redirect_uris": [f"https://{rp.client_id}.example/signed-out"],
        "token_endpoint_auth_method": method,
        "application_type": "web",
        **secret,
    }


def _part(rp: RelyingParty) -> Mapping[str, Any]:
    return {
        "client_id": rp.client_id,
        "client_secret": rp.client_secret,
        "redirect_uri": rp.redirect_uri,
        "post_logout_redirect_uri": f"https://{rp.client_id}.example/signed-out",
    }


async def _converse(
    node_js: str, script: str, part: Mapping[str, Any], led_to: Callable[[str], Awaitable[str | None]]
) -> dict[str, str]:
    in_python = (sys.executable, "-m", f"tests.interop.{Path(script).stem}")
    command = in_python if script.endswith(".py") else (node_js, str(HERE / script))
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    said: dict[str, str] = {}
    try:
        async with asyncio.timeout(_PATIENCE):
            process.stdin.write(json.dumps(part).encode() + b"\n")
            while line := await process.stdout.readline():
                message = json.loads(line)
                if "open" in message:
                    answer = {"left_for": await led_to(message["open"])}
                    process.stdin.write(json.dumps(answer).encode() + b"\n")
                elif "step" in message:
                    said[message["step"]] = message["said"]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    return said


async def _led_to(browser: Browser, url: str) -> str | None:
    """Follow an address as the signed-in person's browser; where it asks, agree."""
    page = await browser.get(url)
    for button in ("allow", "submit"):
        if page.left_for is None and button in page.ids:
            page = await browser.press(page, button)
    return page.left_for
