"""`hpid clients invite` and what ends it; a running node takes its token, and no other."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.server import Installation, Node, free_ports, serving

pytestmark = pytest.mark.network
_REDIRECT_URIS = ["https://rp.example/callback"]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(
        folder=tmp_path_factory.mktemp("inviting") / "state",
        port=free_ports(1)[0],
        settings={"HPID_REGISTRATION": "token"},
    )
    made.prepare()
    with serving(Node(made)):
        yield made


@pytest.fixture
async def http(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=installation.issuer) as http:
        yield http


async def _register(http: httpx.AsyncClient, token: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"}
    return await http.post("/register", headers=headers, json={"redirect_uris": _REDIRECT_URIS})


async def test_who_was_invited_registers_and_changes_until_frozen(
    installation: Installation, http: httpx.AsyncClient
) -> None:
    words = ("clients", "invite", "--uses", "1", "--scope", "openid email", "--note", "Sở Y tế", "--json")
    invited = installation.hpid(*words).json
    registered = (await _register(http, invited["initial_access_token"])).json()
    assert registered["scope"] == "email openid"
    assert (await _register(http, invited["initial_access_token"])).status_code == 401
    every = installation.hpid("clients", "invitations", "--json").json
    (listed,) = [one for one in every if one["note"] == "Sở Y tế"]
    assert listed["uses_left"] == 0
    assert invited["initial_access_token"] not in str(listed)

    headers = {"authorization": f"Bearer {registered['registration_access_token']}"}
    assert (await http.get(registered["registration_client_uri"], headers=headers)).status_code == 200
    freeze = ("clients", "freeze", registered["client_id"])
    assert installation.hpid(*freeze).out == f"{registered['client_id']} is frozen\n"
    assert (await http.get(registered["registration_client_uri"], headers=headers)).status_code == 401
    assert installation.hpid(*freeze).refusal.startswith("no client ")


async def test_a_scope_that_an_operator_takes_away_the_client_does_not_take_back(
    installation: Installation, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    invited = installation.hpid("clients", "invite", "--scope", "openid email phone", "--json").json
    registered = (await _register(http, invited["initial_access_token"])).json()
    client_id, own = registered["client_id"], registered["registration_client_uri"]
    headers = {"authorization": f"Bearer {registered['registration_access_token']}"}
    whole = {"client_id": client_id, "redirect_uris": _REDIRECT_URIS}

    async def put_by_operator(scope: str) -> None:
        kept = installation.hpid("clients", "export", client_id).json
        file = tmp_path / "client.json"
        file.write_text(json.dumps({**kept, "scope": scope}), encoding="utf-8")
        assert installation.hpid("clients", "add", "--from", str(file)).status == 0

    await put_by_operator("openid email")
    asked = await http.put(own, headers=headers, json={**whole, "scope": "openid email phone"})
    assert (asked.status_code, asked.json()["error"]) == (400, "invalid_client_metadata")
    for scope in ("openid", ""):  # what is left out is what it may have at most
        change = {**whole, **({"scope": scope} if scope else {})}
        answer = (await http.put(own, headers=headers, json=change)).json()
        assert answer["scope"] == (scope or "email openid")
    await put_by_operator("openid email phone")
    answer = (await http.put(own, headers=headers, json={**whole, "scope": "openid email phone"})).json()
    assert answer["scope"] == "email openid phone"


async def test_an_invitation_that_was_ended_lets_nobody_in(
    installation: Installation, http: httpx.AsyncClient
) -> None:
    invited = installation.hpid("clients", "invite", "--uses", "5", "--json").json
    assert (await _register(http, invited["initial_access_token"])).status_code == 201
    end = ("clients", "end-invitation", invited["invitation_id"])
    assert installation.hpid(*end).status == 0
    await asyncio.sleep(0)
    assert (await _register(http, invited["initial_access_token"])).status_code == 401
    assert "or it has ended" in installation.hpid(*end).refusal


def test_who_can_t_be_invited_is_told_why(installation: Installation, tmp_path: Path) -> None:
    assert installation.hpid("clients", "invite", "--scope", "profile").refusal.startswith("--scope: ")
    assert installation.hpid("clients", "invite", "--scope", "openid root").refusal.startswith("--scope: ")
    off = Installation(folder=tmp_path / "off", port=free_ports(1)[0])
    off.prepare()
    assert off.hpid("clients", "invite").refusal == "registration is off; set HPID_REGISTRATION=token"
    opened = Installation(folder=off.folder, port=off.port, settings={"HPID_REGISTRATION": "open"})
    assert "HPID_REGISTRATION may be open in certification alone" in opened.hpid("clients", "list").refusal
