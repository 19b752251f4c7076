"""docs/how-to/connect-from-other-languages.md: its programs run against a real provider, its settings fit discovery."""

import asyncio
import os
import re
import shutil
import subprocess
import time
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import yaml

from idp.protocol.access_token import TYP as ACCESS_TOKEN_TYP
from idp.protocol.client_assertion import LONGEST_LIFE
from idp.protocol.client_assertion import TYP as ASSERTION_TYP
from idp.protocol.facts import Profile
from idp.protocol.profiles import PROFILES, AssertionAudience, needs_assertion_typ
from tests import make
from tests.interop.conftest import node_js
from tests.processes import ROOT
from tests.server import A_NODE_KNOWS_IT, ServedWorld, free_ports

__all__ = ["node_js"]
pytestmark = [pytest.mark.network, pytest.mark.timeout(240)]

PAGE = (ROOT / "docs" / "how-to" / "connect-from-other-languages.md").read_text(encoding="utf-8")
LIBRARIES = ROOT / "tests" / "interop" / "node_modules"
_PATIENCE = 60.0


def block(language: str) -> str:
    """Return the page's one block of code in a language."""
    (text,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(text)


async def test_the_node_program_signs_people_in_and_out(
    world: ServedWorld, node_js: str, tmp_path: Path
) -> None:
    base_url = f"http://localhost:{free_ports(1)[0]}"
    client = await world.client(
        "node-service", redirect_uris=(f"{base_url}/callback",), post_logout_redirect_uris=(f"{base_url}/",)
    )
    visitor = await world.visitor(client)
    (tmp_path / "app.mjs").write_text(block("js"), encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(LIBRARIES)
    environment = {
        **os.environ,
        "ISSUER": world.issuer,
        "BASE_URL": base_url,
        "CLIENT_ID": client.client_id,
        "CLIENT_SECRET": client.client_secret or "",
    }
    process = await asyncio.create_subprocess_exec(node_js, "app.mjs", cwd=tmp_path, env=environment)
    try:
        await _until_it_answers(base_url, process)
        await asyncio.sleep(A_NODE_KNOWS_IT)
        async with httpx.AsyncClient(base_url=base_url) as app:
            assert "/sign-in" in (await app.get("/")).text
            asked = await app.get("/sign-in")
            page = await visitor.browser.get(asked.headers["location"])
            assert page.left_for is not None
            foreign = await app.get(page.left_for.replace("iss=", "iss=x"))
            assert (foreign.status_code, "Not signed in" in foreign.text) == (403, True)
            back = await app.get(page.left_for)
            assert back.status_code == 303, back.text
            assert visitor.person.profile.full_name in (await app.get("/")).text
            assert (await app.get(page.left_for)).status_code == 403, "an answer counts once"
            leaving = await app.post("/sign-out")
            page = await visitor.browser.get(leaving.headers["location"])
            assert page.left_for == f"{base_url}/"
    finally:
        process.terminate()
        await process.wait()


async def test_what_spring_is_told_fits_discovery(discovery: dict[str, Any]) -> None:
    client = yaml.safe_load(block("yaml"))["spring"]["security"]["oauth2"]["client"]
    registration, provider = client["registration"]["hpid"], client["provider"]["hpid"]
    assert registration["authorization-grant-type"] in discovery["grant_types_supported"]
    assert registration["client-authentication-method"] in discovery["token_endpoint_auth_methods_supported"]
    assert set(registration["scope"].split(", ")) <= set(discovery["scopes_supported"])
    assert provider["user-name-attribute"] in discovery["claims_supported"]
    assert provider["issuer-uri"] == "http://localhost:8000"
    section = PAGE.partition("## Java\n")[2].partition("\n## ")[0]
    (signed,) = re.findall(r"id_token_signed_response_alg=(\w+)", section)
    assert signed in PROFILES[Profile.CITY].id_token_algs
    assert set(re.findall(r"urn:haiphong:acr:\w+", section)) <= set(discovery["acr_values_supported"])
    (typ,) = re.findall(r'new JwtTypeValidator\("([^"]+)"\)', section)
    assert typ == ACCESS_TOKEN_TYP


async def test_what_libraries_with_a_key_are_told_is_what_an_assertion_is_checked_for() -> None:
    section = PAGE.partition("## A key instead of a secret\n")[2].partition("\nA client of profile")[0]
    assert set(re.findall(r"client-[a-z]+\+jwt", section)) == {ASSERTION_TYP}
    assert "ten minutes" in section
    assert timedelta(minutes=10) == LONGEST_LIFE
    of_old = PROFILES[Profile.OIDC]
    assert of_old.assertion_audience is AssertionAudience.ISSUER_OR_TOKEN_ENDPOINT
    assert not of_old.assertion_typ_required
    registered = dict(re.findall(r"--set (\w+)=(\w+)", section))
    assert registered == {"hpid_require_assertion_typ": "false", "id_token_signed_response_alg": "ES256"}
    assert not needs_assertion_typ(make.client(require_assertion_typ=False))


async def test_what_apache_and_php_are_told_fits_discovery(discovery: dict[str, Any]) -> None:
    told = dict(re.findall(r'^OIDC(\w+) "?([^"\n]+)"?$', block("apache"), re.MULTILINE))
    assert told["ProviderMetadataURL"].endswith("/.well-known/openid-configuration")
    assert told["PKCEMethod"] in discovery["code_challenge_methods_supported"]
    assert told["ProviderTokenEndpointAuth"] in discovery["token_endpoint_auth_methods_supported"]
    assert told["IDTokenSignedResponseAlg"] in discovery["id_token_signing_alg_values_supported"]
    assert set(told["Scope"].split()) <= set(discovery["scopes_supported"])
    assert told["RemoteUserClaim"] in discovery["claims_supported"]
    parameters = dict(parse_qsl(told["AuthRequestParams"]))
    assert parameters["acr_values"] in discovery["acr_values_supported"]
    php = block("php")
    assert set(re.findall(r"'(client_secret_\w+)'", php)) <= set(
        discovery["token_endpoint_auth_methods_supported"]
    )
    assert "'S256'" in php


def test_apache_lets_its_module_answer_at_the_redirect_address() -> None:
    """Without a rule of its own for that address Apache answers 401 to a logout token it has honoured."""
    lines = block("apache")
    (address,) = re.findall(r"^OIDCRedirectURI (\S+)$", lines, re.MULTILINE)
    path = urlsplit(address).path
    (rule,) = re.findall(rf'^<Location "{path}">\n(.*?)^</Location>', lines, re.MULTILINE | re.DOTALL)
    assert "Require valid-user" in rule
    assert f"RewriteRule ^{path}$ {path}?%1%2 [PT]" in lines


async def test_what_other_libraries_are_told_fits_discovery_and_the_command(
    discovery: dict[str, Any],
) -> None:
    section = PAGE.partition("## What other libraries must be told")[2].partition("\n## ")[0]
    assert set(re.findall(r"\b(?:ES|RS|PS)\d{3}\b", section)) <= set(
        discovery["id_token_signing_alg_values_supported"]
    )
    assert set(re.findall(r"client_secret_\w+", section)) <= set(
        discovery["token_endpoint_auth_methods_supported"]
    )
    assert set(re.findall(r"urn:haiphong:acr:\w+", section)) <= set(discovery["acr_values_supported"])
    without_pkce = make.client(profile=Profile.OIDC, token_endpoint_auth_method="client_secret_post")
    assert make.request(without_pkce, code_challenge=None, code_challenge_method=None).code_challenge is None


async def test_what_oauth2_proxy_is_told_fits_discovery(discovery: dict[str, Any]) -> None:
    told = tomllib.loads(block("toml"))
    assert told["oidc_issuer_url"] == "http://localhost:8000"
    assert told["code_challenge_method"] in discovery["code_challenge_methods_supported"]
    assert set(told["scope"].split()) <= set(discovery["scopes_supported"])
    assert told["oidc_email_claim"] in discovery["claims_supported"]
    assert "refresh_token" in discovery["grant_types_supported"]


def test_apache_can_read_its_lines(tmp_path: Path) -> None:
    """Where Apache and the module are at hand; elsewhere the lines are held against discovery alone (above)."""
    apache, module = shutil.which("apache2"), Path("/usr/lib/apache2/modules/mod_auth_openidc.so")
    names = re.findall(r"^(OIDC\w+) ", block("apache"), re.MULTILINE)
    assert len(names) == len(set(names)) > 5
    if apache is None or not module.exists():
        return
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in ("mpm_event", "authn_core", "authz_core", "authz_user", "rewrite", "auth_openidc")
    )
    settings = tmp_path / "apache.conf"
    lines = block("apache").replace("${CLIENT_SECRET}", "x" * 32).replace("${CRYPTO_PASSPHRASE}", "y" * 32)
    settings.write_text(
        f"ServerName localhost\nServerRoot {tmp_path}\nErrorLog {tmp_path}/log\n{modules}{lines}"
    )
    done = subprocess.run((apache, "-t", "-f", str(settings)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def _until_it_answers(url: str, process: asyncio.subprocess.Process) -> None:
    deadline = time.monotonic() + _PATIENCE
    async with httpx.AsyncClient() as http:
        while True:
            assert process.returncode is None, "it ended"
            assert time.monotonic() < deadline
            try:
                await http.get(url)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
