"""oidcc-server-rotate-keys (PROTOCOL rule 22)."""

import pytest

from tests.conformance.certified import Outside
from tests.conformance.suite import Suite, header_of

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]


async def _kids(op: Outside) -> set[str]:
    return set(await _types(op))


async def _types(op: Outside) -> dict[str, str]:
    return {key["kid"]: key["kty"] for key in (await op.http.get("/jwks")).json()["keys"]}


async def test_oidcc_server_rotate_keys(op: Outside) -> None:
    suite = Suite(op, op.relying_party("hpid-basic"))
    old = await suite.flow()
    before = await _kids(op)

    assert (await op.http.post("/test-hooks/rotate-keys")).status_code == 200

    after = await _kids(op)
    assert before < after
    types = await _types(op)
    assert {types[kid] for kid in after - before} == {
        "EC",
        "RSA",
    }  # the module compares these and fails at others
    new = await suite.flow()
    assert header_of(new.tokens["id_token"])["kid"] in after - before
    await suite.check_id_token(old.tokens["id_token"], nonce=old.id_token["nonce"])
