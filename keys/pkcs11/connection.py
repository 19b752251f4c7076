"""Keeps one login to the token alive, from the one thread that calls the module.

A session that was lost is opened again at once, then with longer and longer pauses. A PIN that was refused is never
tried again: tokens lock themselves after a few tries. The PIN is read from its file for each login and not kept.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from keys.pkcs11 import constants as c
from keys.pkcs11.cryptoki import Cryptoki, CryptokiError
from keys.pkcs11.token import KeyMissing, Token
from keys.private_file import UnreadableFile, read_private_file
from keys.signer import SigningUnavailable

T = TypeVar("T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
_OLD = 5.0
"""Seconds after which a session that misses a key is opened anew."""
_LARGEST_PIN = 1024
_log = logging.getLogger("hpid.keys.device")


class Connection:
    """The login of this process; `run` hands it out and mends it."""

    def __init__(self, *, module: Path, token: str, pin_file: Path) -> None:
        self._path = module
        self._label = token
        self._pin_file = pin_file
        self._module: Cryptoki | None = None
        self._token: Token | None = None
        self._opened_at = 0.0
        self._pause = 0.0
        self._not_before = 0.0
        self._reason = ""
        """Why the last try failed; empty while all is well."""
        self._refused = False

    def run(self, work: Callable[[Token], T]) -> T:
        """Return what the work made of the token; raises SigningUnavailable. An old session gets a second chance."""
        reused = self._token is not None
        try:
            return self._once(work)
        except KeyMissing:
            if not reused or time.monotonic() - self._opened_at < _OLD:
                raise
            self.close()  # the token may have been away meanwhile, and its session sees nothing any more
        except CryptokiError as error:
            self._fail(str(error))
            if not reused:
                raise SigningUnavailable(str(error)) from None
            self._not_before = 0.0
        try:
            return self._once(work)
        except CryptokiError as error:
            self._fail(str(error))
            raise SigningUnavailable(str(error)) from None

    def close(self) -> None:
        """End the session and the login; a module that does not care is left alone."""
        self._token = None
        if self._module is not None:
            with suppress(CryptokiError):
                self._module.finalize()

    def _once(self, work: Callable[[Token], T]) -> T:
        if self._token is None:
            self._token = self._connect()
            self._opened_at = time.monotonic()
        done = work(self._token)
        if self._reason:
            _log.warning("the signing device works again")
        self._reason, self._pause = "", 0.0
        return done

    def _connect(self) -> Token:
        if self._refused or time.monotonic() < self._not_before:
            raise SigningUnavailable(self._reason)
        try:
            if self._module is None:
                self._module = Cryptoki(self._path)
            self._module.initialize()
            return self._log_in(self._module)
        except (OSError, AttributeError):
            reason = f"{self._path} is no PKCS #11 module that can be loaded"
        except _NoToken as error:
            reason = str(error)
        self._fail(reason)
        raise SigningUnavailable(reason)

    def _log_in(self, module: Cryptoki) -> Token:
        slot, flags = self._find_token(module)
        if flags & c.CKF_USER_PIN_LOCKED:
            raise _NoToken(f"the PIN of token {self._label} is locked; its security officer can reset it")
        if flags & c.CKF_USER_PIN_FINAL_TRY:
            raise _NoToken(
                f"token {self._label} has one try left for its PIN; log in by hand to reset the count"
            )
        pin = self._read_pin()
        session = module.open_session(slot)
        try:
            module.login(session, pin)
        except CryptokiError as error:
            if error.code not in c.PIN_REFUSED:
                raise
            self._refused = True
            raise _NoToken(
                f"the token refuses the PIN, which this process does not try again ({error})"
            ) from None
        return Token(module, slot=slot, session=session)

    def _read_pin(self) -> bytes:
        try:
            file = read_private_file(self._pin_file, most=_LARGEST_PIN)
        except UnreadableFile as error:
            raise _NoToken(f"the PIN file {self._pin_file}: {error}") from None
        if file.exposed is not None:
            raise _NoToken(f"the PIN file {self._pin_file}: {file.exposed}")
        pin = file.content.rstrip(b"\r\n")
        if not pin:  # the token would count it as a wrong one
            raise _NoToken(f"the PIN file {self._pin_file}: there is no PIN in it")
        return pin

    def _find_token(self, module: Cryptoki) -> tuple[int, int]:
        found = [(slot, flags) for slot, label, flags in module.tokens() if label == self._label]
        if len(found) != 1:
            raise _NoToken(f"{len(found)} tokens are labelled {self._label} instead of one")
        return found[0]

    def _fail(self, reason: str) -> None:
        """Let go of the session; the next try waits for twice as long as the last one."""
        if reason != self._reason:
            _log.error("the signing device does not work: %s", reason)
        self._reason = reason
        self._pause = min(self._pause * 2 or _FIRST_PAUSE, _LONGEST_PAUSE)
        self._not_before = time.monotonic() + self._pause
        self.close()


class _NoToken(Exception):
    """The token is not there, must be left alone, or its PIN is not to be had."""
