"""TOTP – RFC 6238 through pyotp: 6 digits, 30 s, SHA-1 as every app speaks it; a step counts once.

The library checks the code; that a step is never used twice is the database's one statement (credentials store).
"""

from datetime import datetime
from urllib.parse import unquote

import pyotp

from idp.credentials.typed_code import read_digits

_STEP_SECONDS = 30
_WINDOW = 1
DIGITS = 6


def totp_step(secret: str, code: str, *, now: datetime, last_step: int) -> int | None:
    """Return the step this code belongs to, if it is right and newer than the last one used (§5.2)."""
    digits = read_digits(code, DIGITS)
    if digits is None:
        return None
    totp = pyotp.TOTP(secret)
    current = int(now.timestamp()) // _STEP_SECONDS
    for step in range(current - _WINDOW, current + _WINDOW + 1):
        if step > last_step and pyotp.utils.strings_equal(totp.generate_otp(step), digits):
            return step
    return None


def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """Return the otpauth:// URI an authenticator app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=unquote(issuer))
