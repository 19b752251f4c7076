"""Hooks for the conformance suite: there where a setting of the certification profile says so, nowhere else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.settings import DeploymentProfile
from idp.signing_keys.service import announce_key
from idp.transaction import Tx
from keys.keyring import new_record
from tests.driver import published_kids
from tests.world import World, open_world

HOOK = "/test-hooks/rotate-keys"
CERTIFICATION: dict[str, Any] = {"issuer": "https://op.test", "profile": DeploymentProfile.CERTIFICATION}


@pytest.fixture
async def hooked(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(template, tmp_path, test_hooks=True, **CERTIFICATION) as world:
        yield world


async def test_a_new_key_signs_at_once_and_the_old_one_is_still_there(hooked: World) -> None:
    rp = await hooked.client(token_endpoint_auth_method="client_secret_basic")
    visitor = await hooked.visitor(rp)
    old = await hooked.tokens(rp, visitor)
    before = await published_kids(hooked.http)

    answer = await hooked.http.post(HOOK)

    assert answer.status_code == 200
    assert await published_kids(hooked.http) == [answer.json()["kids"]["ES256"], *before]
    assert await hooked.events(EventType.KEY_ANNOUNCED) == [EventType.KEY_ANNOUNCED.value]
    await rp.verify(hooked.http, old["id_token"])
    fresh = await hooked.tokens(rp, visitor)
    assert await rp.verify(hooked.http, fresh["id_token"])
    assert (await hooked.userinfo(old["access_token"])).status_code == 200


async def test_it_may_be_called_again_and_again(hooked: World) -> None:
    for count in (2, 3, 4):
        hooked.time.move(seconds=1)
        assert (await hooked.http.post(HOOK)).status_code == 200
        assert len(await published_kids(hooked.http)) == count


async def test_a_key_that_an_operator_has_announced_comes_first(hooked: World) -> None:
    record = new_record(hooked.provider.vault, "ES256", hooked.time())

    def announce(tx: Tx) -> Done[None]:
        life = hooked.provider.settings.life
        announce_key(
            tx, record, publish_for=life.key_publish, life=life, actor="test", occasion=hooked.occasion
        )
        return Done(None)

    await hooked.write(announce)

    assert (await hooked.http.post(HOOK)).status_code == 409


async def test_only_post_rotates(hooked: World) -> None:
    before = await published_kids(hooked.http)

    assert (await hooked.http.get(HOOK)).status_code == 405
    assert await published_kids(hooked.http) == before


async def test_the_profile_alone_does_not_make_it_be_there(template: Path, tmp_path: Path) -> None:
    async with open_world(template, tmp_path, **CERTIFICATION) as world:
        assert (await world.http.post(HOOK)).status_code == 404
