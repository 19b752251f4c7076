"""Which scenario is driven how at whom; what must be there before a stretch is fetched just before it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench import flows
from bench.load import Flow, FlowFailed
from bench.password_login import password_login
from bench.target import AUDIENCE, SCOPE, Target
from bench.wire import Wire, get, post

Make = Callable[[Target, Sequence[Wire], float], Awaitable[Flow]]
_MOST_PER_SECOND = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One line of the report."""

    name: str
    title: str
    make: Make


async def _p1(target: Target, wires: Sequence[Wire], seconds: float) -> Flow:
    del wires, seconds
    return flows.machine_token(target)


async def _p2(target: Target, wires: Sequence[Wire], seconds: float) -> Flow:
    del wires
    return flows.keyed_machine_token(target, int(seconds * _MOST_PER_SECOND))


async def _p3(target: Target, wires: Sequence[Wire], seconds: float) -> Flow:
    del wires, seconds
    await _sign_in_anew(target)
    return flows.silent_sign_in(target)


async def _p4(target: Target, wires: Sequence[Wire], seconds: float) -> Flow:
    del seconds
    await _fetch_tokens(target, wires)
    return flows.refresh(target)


async def _p5_userinfo(target: Target, wires: Sequence[Wire], seconds: float) -> Flow:
    del seconds
    await _fetch_tokens(target, wires)
    return flows.userinfo(target)


async def _p5_opaque(target: Target, wires: Sequence[Wire], seconds: float) -> Flow:
    del seconds
    await _fetch_tokens(target, wires)
    return flows.introspect_opaque(target)


async def _p5_jwt(target: Target, wires: Sequence[Wire], seconds: float) -> Flow:
    del seconds
    form = {"grant_type": "client_credentials", "scope": SCOPE, "resource": AUDIENCE}
    reply = await wires[0].send(
        post(target.paths.token, target.host, form, authorization=target.machine.basic)
    )
    target.machine_token = flows.member_of(reply, "access_token")
    return flows.introspect_jwt(target)


async def _p6(target: Target, wires: Sequence[Wire], seconds: float) -> Flow:
    del wires, seconds
    return password_login(target)


async def _p7_discovery(target: Target, wires: Sequence[Wire], seconds: float) -> Flow:
    del wires, seconds
    return flows.discovery(target)


async def _p7_jwks(target: Target, wires: Sequence[Wire], seconds: float) -> Flow:
    del wires, seconds
    return flows.jwks(target)


async def _sign_in_anew(target: Target) -> None:
    if target.sign_in_anew is not None:
        await target.sign_in_anew(target)


async def _fetch_tokens(target: Target, wires: Sequence[Wire]) -> None:
    await _sign_in_anew(target)
    target.refresh_tokens, target.access_tokens = [], []
    for wire, cookie in zip(wires, target.cookies, strict=False):
        tokens = await flows.sign_in(target, wire, cookie)
        target.refresh_tokens.append(tokens["refresh_token"])
        target.access_tokens.append(tokens["access_token"])


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(name="P1", title="machine token, client_secret_basic", make=_p1),
    Scenario(name="P2", title="machine token, private_key_jwt", make=_p2),
    Scenario(name="P3", title="silent sign-in: code, tokens, userinfo", make=_p3),
    Scenario(name="P4", title="refresh with rotation", make=_p4),
    Scenario(name="P5_opaque", title="introspection of an opaque token", make=_p5_opaque),
    Scenario(name="P5_jwt", title="introspection of a JWT", make=_p5_jwt),
    Scenario(name="P5_userinfo", title="userinfo", make=_p5_userinfo),
    Scenario(name="P6", title="sign-in with a password and a code, every page of it", make=_p6),
    Scenario(name="P7_discovery", title="discovery", make=_p7_discovery),
    Scenario(name="P7_jwks", title="JWKS", make=_p7_jwks),
)


def limit(path: str, port: int) -> Flow:
    """Return a flow over one of the bare limits (bench/limits.py)."""
    host = f"localhost:{port}"
    if path == "/static":
        request = get(path, host)
    else:
        form = {"grant_type": "client_credentials", "scope": SCOPE, "resource": AUDIENCE}
        request = post(path, host, form, authorization="Basic bWFjaGluZTpzZWNyZXQ=")

    async def flow(wire: Wire, slot: int) -> None:
        del slot
        if (reply := await wire.send(request)).status != 200:
            raise FlowFailed(f"{path}: {reply.status}")

    return flow
