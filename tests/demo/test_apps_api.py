"""The data store's API, read by outsiders: only access tokens for it, with the scope and level each call needs."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey

from demo.apps.common.settings import ssl_context
from tests.demo.acting_claims import company
from tests.demo.apps_city import AUDIENCE, DATA_STORE, PORTAL, City, city
from tests.demo.apps_provider import SUBSTANTIAL

pytestmark = pytest.mark.network

DOCUMENT = {
    "reference": "HP-261122-AAAA-BBBB",
    "kind": "birth-registration",
    "title": {"vi": "Hồ sơ đăng ký khai sinh", "en": "Birth registration file"},
    "issuer": {"vi": "Ủy ban nhân dân cấp xã", "en": "Commune People's Committee"},
    "issued_at": "2026-11-22T09:00:00+07:00",
    "details": [{"label": {"vi": "Giới tính", "en": "Sex"}, "value": {"vi": "Nữ", "en": "Female"}}],
}


async def ask(c: City, token: str | None, *, document: object = None) -> httpx.Response:
    """Read, or with a document share."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(verify=ssl_context(None), headers=headers) as client:
        url = f"{c.data_store}/api/documents"
        return await (client.get(url) if document is None else client.post(url, json=document))


def good(c: City, scope: str = "docs.read docs.share", **changes: object) -> str:
    aud = str(changes.pop("aud", AUDIENCE))
    return c.provider.access_token(PORTAL, scope=scope, aud=aud, **changes)


REFUSED: dict[str, tuple[Callable[[City], str | None], int, str]] = {
    "no token": (lambda _c: None, 401, f'Bearer realm="{AUDIENCE}", scope="docs.read"'),
    "an ID token": (lambda c: good(c, typ="JWT"), 401, 'error="invalid_token"'),
    "a logout token": (lambda c: c.provider.logout_token(DATA_STORE), 401, 'error="invalid_token"'),
    "another audience": (lambda c: good(c, aud="urn:haiphong:lgsp"), 401, 'error="invalid_token"'),
    "the client's own id as audience": (lambda c: good(c, aud=DATA_STORE), 401, 'error="invalid_token"'),
    "expired": (lambda c: good(c, exp=1), 401, "is expired"),
    "another issuer": (lambda c: good(c, iss="http://evil.example"), 401, 'error="invalid_token"'),
    "another key": (
        lambda c: c.provider.sign(
            {}, typ="at+jwt", key=ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"})
        ),
        401,
        'error="invalid_token"',
    ),
    "the scope of sharing": (lambda c: good(c, "docs.share"), 403, 'error="insufficient_scope"'),
    "a low level": (
        lambda c: good(c, acr="urn:haiphong:acr:low"),
        401,
        'error="insufficient_user_authentication"',
    ),
}


async def test_only_a_good_token_reads(tmp_path: Path) -> None:
    async with city(tmp_path) as c:
        for wrong, (token, status, challenge) in REFUSED.items():
            answer = await ask(c, token(c))
            assert (wrong, answer.status_code) == (wrong, status)
            assert challenge in answer.headers["www-authenticate"], wrong
            assert "documents" not in answer.text
        answer = await ask(c, good(c, "docs.read"))
        assert answer.status_code == 200
        assert [document["is_sample"] for document in answer.json()["documents"]] == [True, True, True]


async def test_the_step_up_challenge_names_the_levels_that_would_do(tmp_path: Path) -> None:  # RFC 9470 §3
    async with city(tmp_path) as c:
        answer = await ask(c, good(c, acr="urn:haiphong:acr:low"))
        assert f'acr_values="{SUBSTANTIAL} urn:haiphong:acr:high"' in answer.headers["www-authenticate"]


async def test_sharing_needs_its_own_scope_and_is_safe_to_repeat(tmp_path: Path) -> None:
    async with city(tmp_path) as c:
        refused = await ask(c, good(c, "docs.read"), document=DOCUMENT)
        assert refused.status_code == 403
        assert 'scope="docs.share"' in refused.headers["www-authenticate"]
        first = await ask(c, good(c, "docs.share"), document=DOCUMENT)
        second = await ask(c, good(c, "docs.share"), document=DOCUMENT)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        listed = (await ask(c, good(c))).json()["documents"]
        assert len(listed) == 4
        assert listed[0]["reference"] == DOCUMENT["reference"]


async def test_an_archive_is_read_and_nothing_is_put_into_it(tmp_path: Path) -> None:
    archive = {**company(status="dissolved"), "ctx": "archive"}
    archive["org"] = archive["org"] | {"id": "o1"}
    async with city(tmp_path) as c:
        token = good(c, **archive)
        assert (await ask(c, token)).status_code == 200
        assert (await ask(c, token, document=DOCUMENT)).status_code == 403
        assert (await ask(c, token)).json() == {"documents": []}


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": "../x"},
        {"sub": "someone else"},
        {"title": {"vi": "x"}},
        {"issued_at": "2026-11-22"},
        {"details": [{}]},
        {"kind": ""},
        {"title": {"vi": "x" * 1001, "en": "y"}},
    ],
    ids=json.dumps,
)
async def test_a_document_of_another_shape_is_refused_and_not_given_back(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    async with city(tmp_path) as c:
        answer = await ask(c, good(c), document=DOCUMENT | changes)
        assert (answer.status_code, answer.json()) == (422, {"error": "invalid_document"})


async def test_unknown_keys_do_not_make_the_api_hammer_the_provider(tmp_path: Path) -> None:
    async with city(tmp_path) as c:
        assert (await ask(c, good(c))).status_code == 200
        reads = c.provider.key_reads
        for number in range(10):
            stranger = ECKey.generate_key("P-256", {"kid": f"unknown-{number}", "use": "sig"})
            assert (await ask(c, c.provider.sign({}, typ="at+jwt", key=stranger))).status_code == 401
        assert c.provider.key_reads == reads + 1


async def test_without_the_provider_the_api_answers_503_not_401(tmp_path: Path) -> None:
    async with city(tmp_path, with_provider=False) as c:
        answer = await ask(c, good(c))
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"


async def test_a_session_cookie_opens_nothing_at_the_api(tmp_path: Path) -> None:
    async with city(tmp_path) as c, httpx.AsyncClient(verify=ssl_context(None)) as client:
        client.follow_redirects = True
        await client.get(f"{c.data_store}/documents")
        assert (await client.get(f"{c.data_store}/api/documents")).status_code == 401
        assert (await client.get(f"{c.data_store}/api/nothing")).json() == {"error": "not_found"}
