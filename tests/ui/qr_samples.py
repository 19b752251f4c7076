"""Pages of signing in on one device by confirming it on a phone, by name."""

import datetime as dt
from dataclasses import dataclass, replace

from markupsafe import Markup

from idp.citizen.qr import picture
from idp.ui.errors import one_error
from tests.ui.sample import FRAME, NOW, PORTAL, SKILLS, Sample, same

PICTURE = picture("https://id.haiphong.example/q/BCDF-GHJK")


@dataclass(frozen=True)
class Code:
    typed: str = "BCDF-GHJK"
    number: str = "47"
    picture: Markup = PICTURE
    until: dt.datetime = NOW + dt.timedelta(minutes=2)
    seconds: int = 120


COMPUTER = {"public_minutes": 10, "rp": PORTAL, "i": "7K2M", "code": None, "pressed": False}
PHONE = {
    "rp": PORTAL,
    "code": "BCDF-GHJK",
    "browser": "Chrome",
    "system": "Windows",
    "area": "same_network",
    "asked_at": NOW,
}
_ON_PHONE = replace(FRAME, path="/q/BCDF-GHJK")
_WAYS = {
    "rp": PORTAL,
    "i": "7K2M",
    "national_down": False,
    "rp_refuses_local": False,
    "is_known_here": False,
    "continue_as": None,
    "failed": None,
    "time": NOW,
}

QR_PAGES: dict[str, Sample] = {
    "sign-in-all-ways": Sample(
        template="sign_in.html", context=same(**_WAYS, methods=("national", "password", "passkey", "qr"))
    ),
    "sign-in-qr": Sample(template="sign_in.html", context=same(**_WAYS, methods=("national", "qr"))),
    "qr": Sample(template="qr.html", context=same(**{**COMPUTER, "code": Code()})),
    "qr-pressed": Sample(
        template="qr.html", context=same(**{**COMPUTER, "rp": SKILLS, "code": Code(), "pressed": True})
    ),
    "qr-none": Sample(template="qr.html", context=same(**COMPUTER)),
    **{
        f"qr-{case.replace('_', '-')}": Sample(
            template="qr.html", context=same(**COMPUTER, errors=one_error(f"qr_{case}"))
        )
        for case in ("expired", "not_me", "wrong_numbers", "far", "phone_gone", "spent")
    },
    "qr-code": Sample(template="qr_code.html", context=same(typed=""), frame=replace(FRAME, path="/q")),
    "qr-code-incomplete": Sample(
        template="qr_code.html",
        context=same(typed="BCDF", errors=one_error("qr_code_incomplete", at="user-code")),
        frame=replace(FRAME, path="/q"),
    ),
    "qr-code-none": Sample(
        template="qr_code.html",
        context=same(typed="", errors=one_error("qr_none")),
        frame=replace(FRAME, path="/q"),
    ),
    "qr-sign-in": Sample(
        template="qr_sign_in.html", context=same(code="BCDF-GHJK", again=False), frame=_ON_PHONE
    ),
    "qr-sign-in-again": Sample(
        template="qr_sign_in.html", context=same(code="BCDF-GHJK", again=True), frame=_ON_PHONE
    ),
    "qr-confirm": Sample(template="qr_confirm.html", context=same(**PHONE), frame=_ON_PHONE),
    "qr-confirm-wrong": Sample(
        template="qr_confirm.html",
        context=same(**{**PHONE, "area": "city"}, errors=one_error("qr_number_wrong", at="number", n=2)),
        frame=_ON_PHONE,
    ),
    "qr-confirm-incomplete": Sample(
        template="qr_confirm.html",
        context=same(
            **{**PHONE, "rp": SKILLS, "browser": "", "system": ""},
            errors=one_error("qr_number_incomplete", at="number"),
        ),
        frame=_ON_PHONE,
    ),
    **{
        f"qr-answered-{standing}": Sample(
            template="qr_answered.html",
            context=same(rp=PORTAL, standing=standing, event_id="0196-7K2M"),
            frame=replace(FRAME, path="/q"),
        )
        for standing in ("confirmed", "not-me", "wrong-numbers")
    },
    "error-qr-far": Sample(
        template="error.html", context=same(case="qr-far", txn="7K2M-9QXD-4FHT", time=NOW), frame=_ON_PHONE
    ),
}
