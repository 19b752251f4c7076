"""The two pages of a code that is sent: where to, and which one came (PAGES §3.1.4)."""

from datetime import datetime, timedelta

from idp.citizen.interaction import Opened
from idp.credentials.sign_in_code import SignInCode
from idp.edge import Answer, Call
from idp.edge.device import public_minutes
from idp.edge.page import language_of, page
from idp.limits.model import OverLimit
from idp.messages.model import Channel
from idp.ui.errors import ErrorSummary, one_error
from idp.ui.formatting import mask_email, mask_phone, time, time_of_day

HERE = "/sign-in/code"


def address_page(
    call: Call,
    opened: Opened,
    channels: tuple[Channel, ...],
    *,
    status: int = 200,
    typed: str = "",
    errors: ErrorSummary | None = None,
) -> Answer:
    """Return the page that asks where the code is to go."""
    return page(
        call,
        "sign_in_code.html",
        status=status,
        form_action=opened.form_action,
        path=f"{HERE}?i={opened.interaction_id}",
        rp=opened.relying_party,
        i=opened.interaction_id,
        channels=channels,
        typed=typed,
        public_minutes=public_minutes(call),
        errors=errors,
    )


def code_page(
    call: Call,
    opened: Opened,
    code: SignInCode,
    *,
    status: int = 200,
    notice: str | None = None,
    errors: ErrorSummary | None = None,
) -> Answer:
    """Return the page that asks for the code; of one that is over it says so, and offers another."""
    now, is_mail = call.provider.clock.now(), code.channel is Channel.EMAIL
    is_over = code.is_over(now)
    if is_over:
        errors = errors or one_error("sign_in_code_over")
    return page(
        call,
        "sign_in_code_enter.html",
        status=status,
        form_action=opened.form_action,
        path=f"{HERE}/enter?i={opened.interaction_id}",
        notice=notice,
        rp=opened.relying_party,
        i=opened.interaction_id,
        channel=code.channel,
        shown=mask_email(code.address) if is_mail else mask_phone(code.address),
        again_from=code.next_from(now),
        is_over=is_over,
        errors=errors,
    )


def too_soon(from_when: datetime) -> ErrorSummary:
    """Return the words for who asks for another code before one may be sent."""
    return one_error("code_soon", time=time(from_when, seconds=True))


def too_many(call: Call, error: OverLimit) -> ErrorSummary:
    """Return the words for who had as many codes as may be sent for now."""
    now = call.provider.clock.now()
    until = now + timedelta(seconds=error.retry_after)
    return one_error("codes_many", time=time_of_day(until, now=now, language=language_of(call)))
