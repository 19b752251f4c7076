"""The suite's modules that wait, with their own waits and the real lifetimes, side by side over https.

A code that comes again after 30 s, one that comes after 62 s, and a client that changes its keys and waits for 60 s
(PROTOCOL rules 2, 23 and 32).
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.conformance.certified import Outside, certified, outside
from tests.conformance.registered import fresh_key, key_set, register
from tests.conformance.suite import Suite, token_answer, token_error

_JWKS = "/test/a/hpid-dynamic/jwks"


async def oidcc_codereuse_30seconds(op: Outside) -> None:
    suite = Suite(op, op.relying_party("hpid-basic"))
    flow = await suite.flow()
    access_token = flow.tokens["access_token"]
    await asyncio.sleep(30)
    assert (await op.userinfo(access_token)).status_code == 200
    assert token_error(await suite.redeem(flow.answer["code"])) == (400, "invalid_grant")
    assert (await op.userinfo(access_token)).status_code == 401


async def ensure_token_endpoint_fails_with_expired_auth_code(op: Outside) -> None:
    suite = Suite(op, op.relying_party("hpid-basic-2"))
    code = (await suite.authorize())["code"]
    await asyncio.sleep(62)
    assert token_error(await suite.redeem(code)) == (400, "invalid_grant")


async def oidcc_refresh_token_rp_key_rotation(op: Outside) -> None:
    old, new = fresh_key(), fresh_key()
    address = op.suite.serve(_JWKS, json.dumps(key_set(old)))
    grants = ["authorization_code", "refresh_token"]
    client = await register(op, jwks=None, jwks_uri=address, grant_types=grants)
    client.key = old
    flow = await client.flow(scope="openid offline_access", prompt="consent")
    op.suite.serve(_JWKS, json.dumps(key_set(new)))
    await asyncio.sleep(60)
    client.key = new
    refreshed = await client.token(grant_type="refresh_token", refresh_token=flow.tokens["refresh_token"])
    access_token = token_answer(refreshed)["access_token"]
    assert (await op.userinfo(access_token)).status_code == 200


async def _prove(folder: Path) -> None:
    with certified(folder) as server:
        async with outside(server) as op:
            await asyncio.gather(
                oidcc_codereuse_30seconds(op),
                ensure_token_endpoint_fails_with_expired_auth_code(op),
                oidcc_refresh_token_rp_key_rotation(op),
            )


def main() -> int:
    """Wait; a violated promise is an AssertionError."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_prove(Path(folder)))
    print(f"three modules that wait kept in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
