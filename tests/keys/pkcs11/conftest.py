"""A token for each test, and a device that uses it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from keys.pkcs11 import connection as connecting
from keys.pkcs11.device import Device
from tests.softhsm import Fault, Token, fault_in, new_token


@pytest.fixture
def token(tmp_path: Path) -> Iterator[Token]:
    with new_token(tmp_path / "softhsm") as token:
        yield token


@pytest.fixture
def signing(token: Token) -> Iterator[Fault]:
    """The module's C_Sign."""
    with fault_in("C_Sign") as fault:
        yield fault


@pytest.fixture
def login(token: Token) -> Iterator[Fault]:
    """The module's C_Login."""
    with fault_in("C_Login") as fault:
        yield fault


@pytest.fixture
async def device(token: Token) -> AsyncIterator[Device]:
    device = token.device()
    yield device
    await device.aclose()


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time here is the machine's."""
    monkeypatch.setattr(connecting, "_FIRST_PAUSE", 0.05)
    monkeypatch.setattr(connecting, "_LONGEST_PAUSE", 0.1)
    monkeypatch.setattr(connecting, "_OLD", 0.1)
