"""Our provider as an operator starts it, on either database, with what the flows need in it."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import processes
from bench.flows import SIGN_IN_SCOPE
from bench.target import AUDIENCE, REDIRECT_URI, SCOPE, Account, Key, Paths, Secret, Target
from idp.protocol.facts import Profile
from tests.arranged import PASSWORD
from tests.driver import RelyingParty
from tests.server import Installation, Node, open_served

PATHS = Paths(
    authorize="/authorize", token="/token", userinfo="/userinfo", introspect="/introspect", jwks="/jwks"
)
_ACCOUNTS = 1_200
"""With passwords: each signs in once in half a minute at most, as often as its authenticator has a new code."""
_HPID = str(Path(sys.executable).with_name("hpid"))


def start_ours(
    name: str, folder: Path, ports: Sequence[int], database_url: str | None, people: int, *, on: set[int]
) -> tuple[processes.Server, Target]:
    """Install, fill and start the provider: `hpid serve`, on PostgreSQL with a worker beside it."""
    installation = Installation(
        folder=folder / name, port=ports[0], database_url=database_url, settings={"HPID_LOG_LEVEL": "INFO"}
    )
    installation.prepare()
    environment = {**installation.environment(), "PYTHONWARNINGS": "default"}
    log = installation.folder / "log"
    target = asyncio.run(_fill(installation, people))
    server = processes.Server(name=name, port=ports[0], more_ports=ports[1:])
    for port in ports:
        own = {**environment, "HPID_PORT": str(port)}
        server.processes.append(processes.start([_HPID, "serve"], own, installation.folder, log, on))
    processes.wait_for_answer(server, "/health/ready", log)
    server.start_cpu /= len(ports)
    server.rest_mib = server.memory_mib() / len(ports)
    if database_url is not None:
        server.processes.append(processes.start([_HPID, "worker"], environment, installation.folder, log, on))
    return server, target


async def _fill(installation: Installation, people: int) -> Target:
    keyed = Key("keyed")
    async with open_served(installation, Node(installation)) as world:
        machine = await world.machine("machine", audiences=(AUDIENCE,), scopes=frozenset({SCOPE}))
        await world.machine(
            "keyed",
            secret=False,
            audiences=(AUDIENCE,),
            scopes=frozenset({SCOPE}),
            token_endpoint_auth_method="private_key_jwt",
            jwks=json.dumps({"keys": [keyed.jwk]}),
        )
        rp = await world.client(
            "rp",
            profile=Profile.OIDC,
            redirect_uris=(REDIRECT_URI,),
            scopes=frozenset(SIGN_IN_SCOPE.split()),
        )
        target = Target(
            issuer=world.issuer,
            paths=PATHS,
            machine=_secret(machine),
            keyed=keyed,
            rp=_secret(rp),
            opaque=False,
        )
        for number in range(people):
            visitor = await world.visitor(replace(rp), f"person-{number}")
            target.cookies.append(
                "; ".join(f"{cookie.name}={cookie.value}" for cookie in visitor.browser.client.cookies.jar)
            )
        password_hash = await world.provider.hashing.hash(PASSWORD)
        for number in range(_ACCOUNTS):
            person, citizen = await world.citizen(f"citizen-{number}", password_hash=password_hash)
            await world.agree(person.person_id, replace(rp))
            target.accounts.append(
                Account(username=citizen.username, password=citizen.password, totp_secret=citizen.totp_secret)
            )
    return target


def _secret(rp: RelyingParty) -> Secret:
    return Secret(rp.client_id, rp.client_secret or "")
