"""Pages of the ways back into an account, in every state, by name."""

import datetime as dt
from dataclasses import replace

from idp.recovery.model import Lost
from idp.ui.errors import ErrorSummary, FieldError, one_error
from tests.ui.method_samples import QR
from tests.ui.sample import FRAME, NOW, PORTAL, Sample, same

OPEN = replace(FRAME, path="/recover")
NAMED = replace(FRAME, signed_in_name="Nguyễn Thị Hương", path="/recover/renew")
UNTIL = NOW + dt.timedelta(days=1)


def ladder(**changes: object) -> Sample:
    context = {"has_national": True, "national_down": False, "hours": 24, **changes}
    return Sample(template="recover.html", context=same(**context), frame=OPEN)


def renew(*kinds: Lost) -> Sample:
    return Sample(template="recover_renew.html", context=same(kinds=kinds, hours=24), frame=NAMED)


def bind(**changes: object) -> Sample:
    context = {
        "setup": "c2VhbGVk",
        "names": ("huong.nt",),
        "own_username": None,
        "username": "",
        "shortest": 15,
        "qr_svg": QR,
        "key": "ORSX G5BA ORUG KIDT MVRX EZLU",
        **changes,
    }
    return Sample(template="recover_desk_bind.html", context=same(**context), frame=OPEN)


def paper(**changes: object) -> Sample:
    return Sample(template="recover_desk.html", context=same(**{"case_number": "", **changes}), frame=OPEN)


def bound(*, has_totp: bool) -> Sample:
    context = same(names=("huong.nt", "h•••••g@example.vn"), until=UNTIL, has_totp=has_totp)
    return Sample(template="recover_desk_done.html", context=context, frame=OPEN)


RECOVER: dict[str, Sample] = {
    "recover": ladder(),
    "recover-down": ladder(national_down=True),
    "recover-renew": renew(*Lost),
    "recover-renew-nothing": renew(),
    "recover-done": Sample(template="recover_done.html", context=same(until=UNTIL), frame=NAMED),
    "recover-desk": paper(),
    "recover-desk-wrong": paper(case_number="7K2M-9QXD", errors=one_error("desk_code_wrong", at="desk-code")),
    "recover-desk-bind": bind(own_username="huong.nt"),
    "recover-desk-bind-first": bind(
        names=(),
        errors=ErrorSummary(
            (
                FieldError(key="own_username_empty", field="username"),
                FieldError(key="password_short", field="new-password", params={"n": 15}),
                FieldError(key="totp_wrong", field="otp"),
            )
        ),
    ),
    "recover-desk-done": bound(has_totp=True),
    "recover-desk-done-password": bound(has_totp=False),
    "held": Sample(template="held.html", context=same(until=UNTIL), frame=NAMED),
    "sign-in-held": Sample(
        template="sign_in.html",
        context=same(
            rp=PORTAL,
            i="7K2M",
            methods=(),
            national_down=False,
            rp_refuses_local=False,
            continue_as=None,
            errors=one_error("held", until="21:12, 23/11/2026"),
            failed=None,
            is_known_here=False,
            time=NOW,
        ),
    ),
}
