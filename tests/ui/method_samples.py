"""Pages of the account on which people see and change how they sign in, and signing in with a recovery code, by name."""

import datetime as dt
from dataclasses import replace

import segno
from markupsafe import Markup

from idp.citizen.methods.overview import Password
from idp.credentials.model import RecoveryCodes
from idp.ui.errors import ErrorSummary, FieldError, one_error
from tests.ui.sample import FRAME, NOW, PORTAL, Sample, same

NAMES = replace(FRAME, signed_in_name="Nguyễn Thị Hương", path="/account/methods")
EARLIER = NOW - dt.timedelta(days=40)
QR = Markup(  # noqa: S704 - drawn by segno from a constant
    segno.make("otpauth://totp/HPID:huong.nt?secret=ORSXG5BAORUGKIDTMVRXEZLU&issuer=HPID").svg_inline(
        border=4, omitsize=True, svgclass=None, lineclass=None
    )
)
PASSWORD = Password(set_at=EARLIER, names=("huong.nt", "h•••••g@example.vn"), known_since=None)
NO_CODES = RecoveryCodes(made=0, left=0, made_at=None, used_at=None)
CODES = tuple(f"{n}K7M-2QXR-P4TA-9WZ{n}" for n in range(10))


def methods(**changes: object) -> Sample:
    context: dict[str, object] = {
        "national": NOW,
        "password": None,
        "has_totp": False,
        "totp_asleep": None,
        "codes": NO_CODES,
        "passkeys": (),
        "few": False,
        "rests": False,
        **changes,
    }
    return Sample(template="methods.html", context=same(**context), frame=NAMES)


def password(**changes: object) -> Sample:
    context = {
        "names": ("huong.nt",),
        "own_username": None,
        "username": "",
        "shortest": 15,
        "is_set": False,
        "i": "",
        **changes,
    }
    return Sample(template="method_password.html", context=same(**context), frame=NAMES)


def weak(key: str) -> ErrorSummary:
    return ErrorSummary((FieldError(key=key, field="new-password", params={"n": 15}),))


def recovery(**changes: object) -> Sample:
    return Sample(template="recovery.html", context=same(**{"rp": PORTAL, "i": "7K2M", **changes}))


METHODS: dict[str, Sample] = {
    "methods": methods(),
    "methods-all": methods(
        password=PASSWORD,
        has_totp=True,
        passkeys=("Điện thoại Samsung", "MacBook"),
        codes=RecoveryCodes(made=10, left=7, made_at=EARLIER, used_at=NOW),
    ),
    "methods-poor": methods(
        password=Password(set_at=None, names=(), known_since=NOW),
        has_totp=True,
        totp_asleep=NOW,
        codes=RecoveryCodes(made=10, left=2, made_at=EARLIER, used_at=None),
        few=True,
        rests=True,
        national=None,
    ),
    "methods-done": replace(methods(password=PASSWORD), frame=replace(NAMES, notice="password_set")),
    "method-password": password(),
    "method-password-change": password(own_username="huong.nt", shortest=8, is_set=True),
    "method-password-first": password(
        names=(),
        errors=ErrorSummary(
            (
                FieldError(key="own_username_empty", field="username"),
                FieldError(key="password_short", field="new-password", params={"n": 15}),
            )
        ),
    ),
    "method-password-taken": password(username="huong.nt", errors=one_error("username_taken", at="username")),
    "method-password-leaked": password(errors=weak("password_leaked")),
    "method-password-known": password(i="7K2M", errors=one_error("password_known", at="new-password")),
    "method-password-own": password(errors=weak("password_own")),
    "method-password-pattern": password(errors=weak("password_pattern")),
    "method-totp": Sample(
        template="method_totp.html",
        context=same(setup="c2VhbGVk", qr_svg=QR, key="ORSX G5BA ORUG KIDT MVRX EZLU"),
        frame=NAMES,
    ),
    "method-totp-wrong": Sample(
        template="method_totp.html",
        context=same(
            setup="c2VhbGVk",
            qr_svg=QR,
            key="ORSX G5BA ORUG KIDT MVRX EZLU",
            errors=one_error("totp_wrong", at="otp"),
        ),
        frame=NAMES,
    ),
    "method-codes": Sample(
        template="method_codes.html", context=same(codes=NO_CODES, replaces="", n=10), frame=NAMES
    ),
    "method-codes-anew": Sample(
        template="method_codes.html",
        context=same(
            codes=RecoveryCodes(made=10, left=7, made_at=EARLIER, used_at=NOW),
            replaces=EARLIER.isoformat(),
            n=10,
            errors=one_error("codes_made_already"),
        ),
        frame=NAMES,
    ),
    "method-codes-shown": Sample(
        template="method_codes_shown.html",
        context=same(name="Nguyễn Thị Hương", codes=CODES, at=NOW),
        frame=NAMES,
    ),
    "method-remove": Sample(template="method_remove.html", context=same(kind="password"), frame=NAMES),
    "method-remove-refused": Sample(
        template="method_remove.html",
        context=same(kind="totp", errors=one_error("second_factor_needed")),
        frame=NAMES,
    ),
    "recovery": recovery(),
    "recovery-incomplete": recovery(rp=None, errors=one_error("recovery_incomplete", at="recovery-code")),
    "recovery-marked": recovery(errors=one_error("code_marked", at="recovery-code")),
    "recovery-wrong": recovery(errors=one_error("recovery_wrong", at="recovery-code", n=4)),
    "recovery-used": Sample(
        template="recovery_used.html",
        context=same(rp=PORTAL, i="7K2M", kept="c2VhbGVk", code=CODES[3], left=9),
    ),
}
