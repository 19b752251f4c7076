"""Tokens of SoftHSM2 for tests: real PKCS #11 without hardware, and faults put into the module's own table of functions.

The faults are below everything of ours: our binding calls what stands in the module's CK_FUNCTION_LIST, and there a
function is replaced by one that lies, fails, hangs or counts. For a device that stops or dies as a process see
`tests/remote_device.py`.
"""

import ctypes
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from keys.pkcs11.constants import PLACES
from keys.pkcs11.device import Device

PIN, LABEL = "2749-1180", "hpid"
_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
DEVICE_ERROR = 0x30


@cache
def module() -> Path:
    """Return the module's library; without it these tests fail, they are never skipped."""
    named = os.environ.get("SOFTHSM2_MODULE")
    for place in (named,) if named else _PLACES:
        if Path(place).exists() and shutil.which("softhsm2-util"):
            return Path(place)
    raise AssertionError(
        "SoftHSM2 is needed: install it (Debian: apt-get install softhsm2 p11-kit p11-kit-modules),"
        " or set SOFTHSM2_MODULE to the path of libsofthsm2.so"
    )


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token in a folder of its own, used by this process and by those that get its environment."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def pin_file(self) -> Path:
        return self.folder / "pin"

    @property
    def tokens(self) -> Path:
        """Where SoftHSM keeps it; moved away, the device has no token."""
        return self.folder / "tokens"

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings of a provider that uses it, without their prefix."""
        return {
            "pkcs11_module": str(module()),
            "pkcs11_token": LABEL,
            "pkcs11_pin_file": str(self.pin_file),
        }

    def device(self, *, time_limit: float = 5.0) -> Device:
        return Device(module=module(), token=LABEL, pin_file=self.pin_file, time_limit=time_limit)

    def write_pin(self, pin: str, mode: int = 0o600) -> None:
        self.pin_file.write_text(f"{pin}\n")
        self.pin_file.chmod(mode)

    def util(self, *words: str) -> None:
        """Run softhsm2-util: another process at the same token."""
        subprocess.run(
            ("softhsm2-util", *words), env=os.environ | self.environment, check=True, capture_output=True
        )


@contextmanager
def new_token(folder: Path) -> Iterator[Token]:
    """Make a token and point this process to it."""
    module()
    folder.mkdir(parents=True, exist_ok=True)
    token = Token(folder=folder, environment={"SOFTHSM2_CONF": str(folder / "softhsm2.conf")})
    token.tokens.mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {token.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    token.write_pin(PIN)
    token.util("--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", PIN)
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ.update(token.environment)
    try:
        yield token
    finally:
        del os.environ["SOFTHSM2_CONF"]
        if before is not None:
            os.environ["SOFTHSM2_CONF"] = before


class Fault:
    """A function of the module under our hand: counts its calls, and may do something else."""

    def __init__(self, original: Callable[..., int]) -> None:
        self.original = original
        self.calls = 0
        self.threads: set[int] = set()
        self.instead: Callable[..., int] | None = None
        """Called with the C arguments; its answer is the call's."""

    def __call__(self, *arguments: Any) -> int:
        self.calls += 1
        self.threads.add(threading.get_ident())
        return (self.instead or self.original)(*arguments)

    def fail(self, code: int = DEVICE_ERROR, *, times: int = 10**9) -> None:
        """Answer with an error so many times."""
        left = [times]

        def failing(*arguments: Any) -> int:
            left[0] -= 1
            return code if left[0] >= 0 else self.original(*arguments)

        self.instead = failing

    def lie(self) -> None:
        """Sign, and change one bit of the signature."""

        def lying(session: int, data: Any, size: int, signature: Any, length: Any) -> int:
            code = self.original(session, data, size, signature, length)
            ctypes.cast(signature, ctypes.POINTER(ctypes.c_ubyte))[7] ^= 1
            return code

        self.instead = lying

    def hang(self) -> threading.Event:
        """Hang until the event is set."""
        released = threading.Event()

        def hanging(*arguments: Any) -> int:
            assert released.wait(60)
            return self.original(*arguments)

        self.instead = hanging
        return released

    def work(self) -> None:
        self.instead = None


_ARGUMENTS = {
    "C_Initialize": 1,
    "C_GetSlotList": 3,
    "C_GetMechanismList": 3,
    "C_FindObjectsInit": 3,
    "C_Sign": 5,
    "C_Login": 4,
    "C_GetTokenInfo": 2,
    "C_GenerateKeyPair": 8,
    "C_DestroyObject": 2,
}


@contextmanager
def fault_in(function: str) -> Iterator[Fault]:
    """Take a function of the module in hand; what loads the module afterwards gets ours."""
    words = [ctypes.c_void_p] * _ARGUMENTS[function]
    kind = ctypes.CFUNCTYPE(ctypes.c_ulong, *words)
    with _entry(function) as (entry, original):
        fault = Fault(kind(original))
        ours = kind(fault)
        entry[0] = ctypes.cast(ours, ctypes.c_void_p).value
        yield fault


@contextmanager
def nothing_in(function: str) -> Iterator[None]:
    """Leave the place of a function empty."""
    with _entry(function) as (entry, _original):
        entry[0] = None
        yield


@contextmanager
def native_sleep_in(function: str) -> Iterator[None]:
    """Let libc's sleep stand in for a function: it sleeps as many seconds as its first argument says, and answers 0."""
    with _entry(function) as (entry, _original):
        entry[0] = ctypes.cast(ctypes.CDLL(None).sleep, ctypes.c_void_p).value
        yield


@contextmanager
def _entry(function: str) -> Iterator[tuple[Any, int]]:
    table = ctypes.c_void_p()
    assert ctypes.CDLL(str(module())).C_GetFunctionList(ctypes.byref(table)) == 0
    address = (table.value or 0) + (1 + PLACES[function]) * ctypes.sizeof(ctypes.c_void_p)
    entry = (ctypes.c_void_p * 1).from_address(address)
    original = entry[0] or 0
    try:
        yield entry, original
    finally:
        entry[0] = original
