"""Pages of a code that is sent to sign somebody in, by name."""

from dataclasses import replace
from datetime import timedelta

from idp.messages.model import Channel
from idp.ui.errors import one_error
from idp.ui.formatting import mask_email, mask_phone
from tests.ui.sample import FRAME, NOW, PORTAL, SKILLS, Sample, same

_NEXT = NOW + timedelta(seconds=40)
_BOTH = (Channel.EMAIL, Channel.PHONE)


def _asked(**changes: object) -> Sample:
    context: dict[str, object] = {
        "rp": PORTAL,
        "i": "7K2M",
        "public_minutes": 10,
        "channels": _BOTH,
        "typed": "",
        **changes,
    }
    return Sample(template="sign_in_code.html", context=same(**context))


def _sent(channel: Channel, **changes: object) -> Sample:
    shown = mask_email("huong@example.vn") if channel is Channel.EMAIL else mask_phone("+84901234567")
    context: dict[str, object] = {
        "rp": PORTAL,
        "i": "7K2M",
        "channel": channel,
        "shown": shown,
        "again_from": None,
        "is_over": False,
        **changes,
    }
    return Sample(template="sign_in_code_enter.html", context=same(**context))


SENT_CODES: dict[str, Sample] = {
    "sign-in-with-code": Sample(
        template="sign_in.html",
        context=same(
            rp=SKILLS,
            i="7K2M",
            methods=("national", "password", "passkey", "code"),
            national_down=False,
            rp_refuses_local=False,
            is_known_here=False,
            continue_as=None,
            failed=None,
            time=NOW,
        ),
    ),
    "sign-in-code": _asked(),
    "sign-in-code-phone": _asked(
        rp=None,
        channels=(Channel.PHONE,),
        typed="113",
        errors=one_error("sign_in_address_phone", at="address"),
    ),
    "sign-in-code-email": _asked(
        channels=(Channel.EMAIL,), typed="huong", errors=one_error("sign_in_address_email", at="address")
    ),
    "sign-in-code-either": replace(
        _asked(typed="?", errors=one_error("sign_in_address_either", at="address")),
        frame=replace(FRAME, theme="dark"),
    ),
    "sign-in-code-gone": _asked(errors=one_error("sign_in_code_gone")),
    "sign-in-code-many": _asked(
        typed="huong@example.vn", errors=one_error("codes_many", time="22:02 hôm nay")
    ),
    "sign-in-code-enter": _sent(Channel.PHONE, again_from=_NEXT),
    "sign-in-code-enter-again": replace(
        _sent(Channel.PHONE, again_from=_NEXT), frame=replace(FRAME, notice="code_again")
    ),
    "sign-in-code-enter-soon": _sent(
        Channel.PHONE, again_from=_NEXT, errors=one_error("code_soon", time="21:12:45")
    ),
    "sign-in-code-enter-used-up": _sent(Channel.EMAIL, is_over=True, errors=one_error("code_used_up", n=5)),
    "sign-in-code-enter-wrong": _sent(Channel.EMAIL, rp=None, errors=one_error("otp_wrong", at="otp", n=3)),
    "sign-in-code-enter-over": _sent(Channel.EMAIL, is_over=True, errors=one_error("sign_in_code_over")),
}
