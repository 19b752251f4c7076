"""Each step of each witness: openid-client and oauth4webapi, both certified relying parties (OpenID Connect Core)."""

import asyncio
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.interop.conftest import Stage, hear
from tests.interop.steps import STEPS, WITNESSES

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
