"""The scenarios as flows (performance.md): each is what a relying party or a browser really sends, its answer checked."""

import json
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.load import Flow, FlowFailed
from bench.target import AUDIENCE, CHALLENGE, REDIRECT_URI, SCOPE, VERIFIER, Target
from bench.wire import Reply, Wire, get, post

SIGN_IN_SCOPE = "openid profile offline_access"


def machine_token(target: Target) -> Flow:
    """P1: a machine's token by client_secret_basic."""
    form = {"grant_type": "client_credentials", "scope": SCOPE, "resource": AUDIENCE}
    request = post(target.paths.token, target.host, form, authorization=target.machine.basic)

    async def flow(wire: Wire, slot: int) -> None:
        del slot
        _json(await wire.send(request), "access_token")

    return flow


def keyed_machine_token(target: Target, expected: int) -> Flow:
    """P2: the same by private_key_jwt; the assertions of one stretch are signed before it begins."""
    assertions = [target.keyed.assertion(target.issuer) for _ in range(expected)]

    async def flow(wire: Wire, slot: int) -> None:
        del slot
        assertion = assertions.pop() if assertions else target.keyed.assertion(target.issuer)
        form = {
            "grant_type": "client_credentials",
            "scope": SCOPE,
            "resource": AUDIENCE,
            "client_id": target.keyed.client_id,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
        }
        _json(await wire.send(post(target.paths.token, target.host, form)), "access_token")

    return flow


def silent_sign_in(target: Target) -> Flow:
    """P3: somebody with a session and a consent comes to a relying party: code, tokens, userinfo."""

    async def flow(wire: Wire, slot: int) -> None:
        tokens = await sign_in(target, wire, target.cookies[slot])
        await _userinfo(target, wire, tokens["access_token"])

    return flow


async def sign_in(target: Target, wire: Wire, cookie: str, **more: str) -> dict[str, str]:
    """Authorize with a session and redeem the code."""
    path = f"{target.paths.authorize}?{urlencode({**authorization_request(target), **more})}"
    reply = await wire.send(get(path, target.host, cookie=cookie))
    location = reply.header("location")
    if reply.status not in {302, 303} or not location.startswith(REDIRECT_URI):
        raise FlowFailed(f"authorize: {reply.status} {location or reply.body[:200]!r}")
    return await redeem(target, wire, parse_qs(urlsplit(location).query).get("code", [""])[0])


def authorization_request(target: Target) -> dict[str, str]:
    """Return what the relying party asks for, with a state and a nonce of its own."""
    return {
        "client_id": target.rp.client_id,
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": SIGN_IN_SCOPE,
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }


async def redeem(target: Target, wire: Wire, code: str) -> dict[str, str]:
    """Exchange a code for tokens."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }
    return _json(await _token(target, wire, form), "id_token")


def refresh(target: Target) -> Flow:
    """P4: a refresh token is rotated; each connection has a family of its own."""

    async def flow(wire: Wire, slot: int) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": target.refresh_tokens[slot]}
        target.refresh_tokens[slot] = _json(await _token(target, wire, form), "refresh_token")[
            "refresh_token"
        ]

    return flow


def introspect_opaque(target: Target) -> Flow:
    """P5: a token that says nothing is asked about."""
    return _introspect(target, target.access_tokens[0] if target.opaque else target.refresh_tokens[0])


def introspect_jwt(target: Target) -> Flow:
    """P5: an access token that says all is asked about."""
    return _introspect(target, target.machine_token)


def _introspect(target: Target, token: str) -> Flow:
    who = target.machine if token == target.machine_token else target.rp
    request = post(target.paths.introspect, target.host, {"token": token}, authorization=who.basic)

    async def flow(wire: Wire, slot: int) -> None:
        del slot
        if not _json(await wire.send(request), "active")["active"]:
            raise FlowFailed("not active")

    return flow


def userinfo(target: Target) -> Flow:
    """P5: the claims of somebody signed in."""

    async def flow(wire: Wire, slot: int) -> None:
        await _userinfo(target, wire, target.access_tokens[slot])

    return flow


def discovery(target: Target) -> Flow:
    """P7: the provider's metadata."""
    return _static(target, target.paths.discovery, "issuer")


def jwks(target: Target) -> Flow:
    """P7: the provider's keys."""
    return _static(target, target.paths.jwks, "keys")


def _static(target: Target, path: str, member: str) -> Flow:
    request = get(path, target.host)

    async def flow(wire: Wire, slot: int) -> None:
        del slot
        reply = await wire.send(request)
        if reply.status != 200 or member.encode() not in reply.body:
            raise FlowFailed(f"{path}: {reply.status}")

    return flow


async def _token(target: Target, wire: Wire, form: Mapping[str, str]) -> Reply:
    return await wire.send(post(target.paths.token, target.host, form, authorization=target.rp.basic))


async def _userinfo(target: Target, wire: Wire, access_token: str) -> None:
    request = get(target.paths.userinfo, target.host, authorization=f"Bearer {access_token}")
    _json(await wire.send(request), "sub")


def _json(reply: Reply, member: str) -> dict[str, str]:
    if reply.status != 200:
        raise FlowFailed(f"{reply.status} {reply.body[:200]!r}")
    content: dict[str, str] = json.loads(reply.body)
    if member not in content:
        raise FlowFailed(f"no {member}")
    return content


def member_of(reply: Reply, member: str) -> str:
    """Return one member of a JSON answer, which must be a success."""
    return _json(reply, member)[member]
