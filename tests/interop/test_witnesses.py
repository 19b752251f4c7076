"""Each step of each witness: openid-client and oauth4webapi, certified relying parties of OpenID Connect, and Authlib."""

import asyncio
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.interop.conftest import Stage, hear, hear_of_the_peer
from tests.interop.steps import OURS_ALONE, STEPS, WITNESSES

pytestmark = [pytest.mark.network, pytest.mark.timeout(240)]


@pytest.fixture(scope="session")
def said(node_js: str, stage: Stage) -> Callable[[str], dict[str, str]]:
    """What a witness said of its steps; each runs once."""

    @cache
    def of(library: str) -> dict[str, str]:
        return asyncio.run(hear(node_js, WITNESSES[library], stage, f"rp-{library}"))

    return of


@pytest.mark.parametrize(("library", "step"), STEPS, ids=[f"{library}-{step}" for library, step in STEPS])
def test_a_library_by_others_takes_every_step(
    library: str, step: str, said: Callable[[str], dict[str, str]]
) -> None:
    assert said(library).get(step, "never came to it") == "ok"


def test_a_full_pass_leaves_one_line_a_request_and_no_secret_in_the_log(
    stage: Stage, said: Callable[[str], dict[str, str]]
) -> None:  # SECURITY G07
    for library in WITNESSES:
        said(library)
    assert stage.node.complaints() == []
    text = Path(stage.node.log).read_text(encoding="utf-8")
    assert not re.search(r"hp_[a-z_]+_[0-9A-Za-z]{2}[A-Za-z0-9_-]{43}|eyJ[A-Za-z0-9_-]{20,}", text)
    requests = [line for line in stage.node.lines() if line.get("logger") == "hpid.access"]
    assert len({line["txn"] for line in requests}) == len(requests) > 0


@pytest.fixture(scope="session")
def said_of_the_peer(node_js: str) -> Callable[[str], dict[str, str]]:
    """What a witness said of its steps at npm oidc-provider; each runs once."""

    @cache
    def of(library: str) -> dict[str, str]:
        return asyncio.run(hear_of_the_peer(node_js, WITNESSES[library]))

    return of


@pytest.mark.parametrize(
    ("library", "step"),
    [step for step in STEPS if step not in OURS_ALONE],
    ids=lambda value: value,
)
def test_the_same_step_holds_at_a_provider_by_others(
    library: str, step: str, said_of_the_peer: Callable[[str], dict[str, str]]
) -> None:  # so the steps themselves are right
    assert said_of_the_peer(library).get(step, "never came to it") == "ok"
