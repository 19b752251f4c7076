"""npm `oidc-provider` in a process of its own, in its memory or with its state in PostgreSQL (bench/peers/)."""

import asyncio
import json
import os
import secrets
import subprocess
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urljoin

import httpx

from bench import processes
from bench.flows import SIGN_IN_SCOPE
from bench.target import AUDIENCE, CHALLENGE, REDIRECT_URI, SCOPE, Key, Paths, Secret, Target

PATHS = Paths(
    authorize="/auth", token="/token", userinfo="/me", introspect="/token/introspection", jwks="/jwks"
)
_HERE = Path(__file__).parent / "peers"
_MOST_HOPS = 12


def start_peer(
    name: str, folder: Path, port: int, database_url: str | None, people: int, *, on: set[int]
) -> tuple[processes.Server, Target]:
    """Start it, and let people sign in and agree through its front door."""
    issuer = f"http://localhost:{port}"
    target = Target(
        issuer=issuer,
        paths=PATHS,
        machine=Secret("machine", secrets.token_urlsafe(32)),
        keyed=Key("keyed"),
        rp=Secret("rp", secrets.token_urlsafe(32)),
        opaque=True,
    )
    part = {
        "issuer": issuer,
        "database_url": database_url,
        "machine": {"client_id": target.machine.client_id, "secret": target.machine.secret},
        "keyed": {"client_id": target.keyed.client_id, "jwk": target.keyed.jwk},
        "rp": {"client_id": target.rp.client_id, "secret": target.rp.secret},
        "redirect_uri": REDIRECT_URI,
        "audience": AUDIENCE,
        "scope": SCOPE,
    }
    log = folder / f"{name}.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [os.environ["NODE"], str(_HERE / "provider.mjs")],
            env={**os.environ, "NODE_ENV": "production"},
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
        )
    processes.pin(process.pid, on)
    assert process.stdin is not None
    process.stdin.write(json.dumps(part).encode() + b"\n")
    process.stdin.close()
    server = processes.Server(name=name, port=port, processes=[process])
    processes.wait_for_answer(server, PATHS.discovery, log)
    server.rest_mib = server.memory_mib()
    asyncio.run(_sign_in_all(target, people=people))
    if database_url is None:  # its memory holds a thousand entries: what comes later drives sessions out
        target.sign_in_anew = partial(_sign_in_all, people=people)
    return server, target


async def _sign_in_all(target: Target, *, people: int) -> None:
    target.cookies.clear()
    for _ in range(people):
        async with httpx.AsyncClient(base_url=target.issuer, trust_env=False) as http:
            await _sign_in(target, http)
            target.cookies.append("; ".join(f"{cookie.name}={cookie.value}" for cookie in http.cookies.jar))


async def _sign_in(target: Target, http: httpx.AsyncClient) -> None:
    wanted = {
        "client_id": target.rp.client_id,
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": SIGN_IN_SCOPE,
        "prompt": "consent",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    address = f"{PATHS.authorize}?{urlencode(wanted)}"
    for _ in range(_MOST_HOPS):
        response = await http.get(address)
        address = urljoin(str(response.url), response.headers["location"])
        if address.startswith(REDIRECT_URI):
            return
    raise RuntimeError("the peer asks for something no one answers")
