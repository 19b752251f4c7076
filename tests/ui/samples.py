"""One table of pages as citizens will see them, by name.

Used by every test of this folder and by the gallery.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import segno
from markupsafe import Markup

from idp.protocol.context import Choice
from idp.ui.errors import ErrorSummary, FieldError, one_error
from idp.ui.info import INFO_PAGES
from idp.ui.language import Language
from idp.ui.rows import Delivery, DeliveryState
from tests.ui.account_samples import ACCOUNT
from tests.ui.act_for_samples import FAMILY, OFFICE, context_of
from tests.ui.code_samples import SENT_CODES
from tests.ui.consent_samples import CONSENTS
from tests.ui.contact_samples import CONTACTS
from tests.ui.data_samples import DATA
from tests.ui.lock_samples import LOCKS
from tests.ui.mandate_samples import MANDATES
from tests.ui.method_samples import METHODS
from tests.ui.passkey_samples import PASSKEYS, QUESTION
from tests.ui.problem_samples import PROBLEMS
from tests.ui.qr_samples import QR_PAGES
from tests.ui.recover_samples import RECOVER
from tests.ui.sample import FRAME, NOW, PORTAL, SKILLS, Context, Sample, same
from tests.ui.status_samples import OUTAGE, STATUS_PAGES
from tests.ui.step_up_samples import STEP_UPS

QR = Markup(  # noqa: S704 - drawn by segno from a constant
    segno.make("otpauth://totp/HPID:huong.nt?secret=ORSXG5BAORUGKIDTMVRXEZLU&issuer=HPID").svg_inline(
        border=4, omitsize=True, svgclass=None, lineclass=None
    )
)


def choice(**changes: object) -> Callable[[Language], Context]:
    base: dict[str, object] = {
        "rp": PORTAL,
        "i": "7K2M",
        "methods": ("national", "password", "passkey"),
        "national_down": False,
        "rp_refuses_local": False,
        "is_known_here": False,
        "continue_as": None,
        "failed": None,
        "time": NOW,
    }
    return same(**{**base, **changes})


def waiting(**changes: object) -> Sample:
    base: dict[str, object] = {
        "rp": PORTAL,
        "i": "7K2M",
        "has_been": False,
        "again_url": "/sign-in/waiting?i=7K2M",
        "still_url": "/sign-in/waiting?i=7K2M&still=1",
    }
    return Sample(template="waiting.html", context=same(**{**base, **changes}))


def act_for(choices: tuple[Choice, ...], **changes: object) -> Callable[[Language], Context]:
    def context(language: Language) -> Context:
        return {"rp": PORTAL, **context_of(choices, language), **changes}

    return context


DELIVERIES = (
    Delivery(name="Cổng dịch vụ công Hải Phòng", state=DeliveryState.DELIVERED, at=NOW),
    Delivery(name="Học kỹ năng số Hải Phòng", state=DeliveryState.WAITING, at=NOW + dt.timedelta(minutes=1)),
    Delivery(name="Kho dữ liệu công dân", state=DeliveryState.DEAD, attempts=5),
    Delivery(name="Một cửa điện tử", state=DeliveryState.REFUSED, attempts=3),
    Delivery(name="Bản đồ quy hoạch", state=DeliveryState.BROWSER),
    Delivery(
        name="Cổng dữ liệu mở", state=DeliveryState.UNSUPPORTED, at=NOW + dt.timedelta(hours=1, minutes=3)
    ),
)
BACK = ("Cổng dịch vụ công Hải Phòng", "https://dichvucong.haiphong.example/da-thoat")
START = {"fields": {"link": "hp_link_00abc"}, "name": "", "username": ""}

SAMPLES: dict[str, Sample] = {
    "sign-in": Sample(template="sign_in.html", context=choice()),
    "sign-in-vneid": Sample(
        template="sign_in.html", context=choice(rp=SKILLS, methods=("national",), is_known_here=True)
    ),
    "sign-in-degraded": Sample(
        template="sign_in.html",
        context=choice(national_down=True),
        frame=replace(FRAME, banner=replace(OUTAGE, city_sign_in=True)),
    ),
    "sign-in-degraded-refused": Sample(
        template="sign_in.html",
        context=choice(national_down=True, rp_refuses_local=True),
        frame=replace(FRAME, banner=OUTAGE),
    ),
    "sign-in-planned": Sample(
        template="sign_in.html",
        context=choice(national_down=True),
        frame=replace(
            FRAME,
            banner=replace(OUTAGE, until=NOW + dt.timedelta(days=1)),
            theme="dark",
            text_size="larger",
        ),
    ),
    "sign-in-continue": Sample(
        template="sign_in.html",
        context=choice(continue_as="Nguyễn Thị Hương", rp=replace(PORTAL, policy_uri=None)),
    ),
    "sign-in-cancelled": Sample(
        template="sign_in.html",
        context=choice(),
        frame=replace(FRAME, notice="upstream_cancelled", theme="light", text_size="large"),
    ),
    "sign-in-error": Sample(
        template="sign_in.html",
        context=choice(errors=one_error("upstream_failed"), rp=None, failed="7K2M-9QXD-4FHT"),
    ),
    "sign-in-late": Sample(
        template="sign_in.html", context=choice(errors=one_error("upstream_late"), methods=("national",))
    ),
    "waiting": waiting(ahead=1204, minutes=12, seconds=30),
    "waiting-first": waiting(ahead=0, minutes=None, seconds=5, has_been=True),
    "waiting-still": waiting(ahead=40, minutes=1, seconds=10, still_url=None),
    "sign-in-official": Sample(
        template="sign_in.html", context=choice(rp=None, methods=("password", "passkey"))
    ),
    "papers": Sample(template="papers.html", context=same(until=dt.date(2026, 12, 24), i="7K2M")),
    "national": Sample(
        template="national.html",
        context=same(rp=PORTAL, i="7K2M", upstream_host="dinhdanh.quocgia.example", public_minutes=10),
    ),
    "password": Sample(
        template="password.html",
        context=same(rp=PORTAL, i="7K2M", is_only_way=False, public_minutes=10, username="", refused=False),
    ),
    "password-only": Sample(
        template="password.html",
        context=same(
            rp=PORTAL,
            i="7K2M",
            is_only_way=True,
            public_minutes=10,
            username="",
            refused=False,
            passkey=QUESTION,
        ),
    ),
    "password-empty": Sample(
        template="password.html",
        context=same(
            rp=PORTAL,
            i="7K2M",
            is_only_way=False,
            public_minutes=10,
            username="",
            refused=False,
            errors=ErrorSummary(
                (
                    FieldError(field="username", key="username_empty"),
                    FieldError(field="password", key="password_empty"),
                )
            ),
        ),
    ),
    "password-wrong": Sample(
        template="password.html",
        context=same(
            rp=None,
            i="7K2M",
            is_only_way=False,
            public_minutes=10,
            username="huong.nt",
            refused=True,
            errors=one_error("credentials_wrong"),
        ),
    ),
    "password-slowed": Sample(
        template="password.html",
        context=same(
            rp=PORTAL,
            i="7K2M",
            is_only_way=False,
            public_minutes=10,
            username="huong.nt",
            refused=False,
            errors=one_error("slowed", minutes=15),
        ),
    ),
    "new-password": Sample(template="new_password.html", context=same(rp=PORTAL, i="7K2M")),
    "otp": Sample(template="otp.html", context=same(rp=PORTAL, i="7K2M", recovers=True)),
    "otp-wrong": Sample(
        template="otp.html",
        context=same(rp=PORTAL, i="7K2M", recovers=True, errors=one_error("otp_wrong", at="otp", n=4)),
    ),
    "otp-incomplete": Sample(
        template="otp.html",
        context=same(rp=None, i="7K2M", recovers=False, errors=one_error("otp_incomplete", at="otp")),
    ),
    **SENT_CODES,
    **STEP_UPS,
    "act-for": Sample(template="act_for.html", context=act_for(FAMILY)),
    "act-for-unanswered": Sample(
        template="act_for.html", context=act_for(FAMILY, errors=one_error("act_for_empty", at="principal"))
    ),
    "act-for-search": Sample(template="act_for.html", context=act_for(FAMILY[3:5], search="cang", beyond=12)),
    "act-for-nothing-found": Sample(template="act_for.html", context=act_for((), search="tàu ngầm")),
    "act-for-nobody": Sample(template="act_for.html", context=act_for((), can_go_on=False)),
    "act-for-posts": Sample(template="act_for.html", context=act_for(OFFICE)),
    "act-for-posts-unanswered": Sample(
        template="act_for.html",
        context=act_for(OFFICE, errors=one_error("act_for_post_empty", at="principal")),
    ),
    **CONSENTS,
    "sign-out": Sample(template="sign_out.html", context=same(fields={"state": "xyz", "client_id": "dvc"})),
    "sign-out-asked": Sample(template="sign_out.html", context=same(fields={}, rp=PORTAL)),
    "signed-out": Sample(
        template="signed_out.html",
        context=same(
            is_official=False,
            is_in=False,
            deliveries=DELIVERIES,
            count=2,
            back=BACK,
            refresh_url="/signed-out?r=7K2M",
        ),
    ),
    "signed-out-quiet": Sample(
        template="signed_out.html",
        context=same(
            is_official=False,
            is_in=False,
            deliveries=tuple(replace(delivery, at=None) for delivery in DELIVERIES),
            count=1,
            back=None,
            refresh_url=None,
        ),
    ),
    "signed-out-alone": Sample(
        template="signed_out.html",
        context=same(is_official=False, is_in=False, deliveries=(), count=1, back=BACK, refresh_url=None),
    ),
    "signed-out-official": Sample(
        template="signed_out.html",
        context=same(deliveries=(), count=1, back=None, refresh_url=None, is_official=True, is_in=False),
    ),
    "signed-out-none": Sample(
        template="signed_out.html",
        context=same(is_official=False, is_in=False, deliveries=(), count=0, back=None, refresh_url=None),
    ),
    "signed-out-still-in": Sample(
        template="signed_out.html",
        context=same(is_official=False, is_in=True, deliveries=(), count=1, back=None, refresh_url=None),
    ),
    "signed-out-still-in-none": Sample(
        template="signed_out.html",
        context=same(is_official=False, is_in=True, deliveries=(), count=0, back=BACK, refresh_url=None),
    ),
    "home": Sample(template="home.html", context=same()),
    "home-signed-in": Sample(
        template="home.html",
        context=same(),
        frame=replace(FRAME, signed_in_name="Nguyễn Thị Hương", notice="degraded"),
    ),
    "administrator": Sample(template="administrator.html", context=same(**START)),
    "administrator-error": Sample(
        template="administrator.html",
        context=same(
            **{**START, "username": "Hương"},
            errors=ErrorSummary(
                (
                    FieldError(field="name", key="name_empty"),
                    FieldError(field="username", key="username_form"),
                    FieldError(field="new-password", key="password_short", params={"n": 15}),
                )
            ),
        ),
    ),
    "administrator-totp": Sample(
        template="administrator_totp.html",
        context=same(fields={"link": "hp_link_00abc"}, qr_svg=QR, key="ORSX G5BA ORUG KIDT MVRX EZLU"),
    ),
    "administrator-done": Sample(template="administrator_done.html", context=same(username="huong.nt")),
    **PROBLEMS,
    **ACCOUNT,
    **MANDATES,
    **METHODS,
    **LOCKS,
    **RECOVER,
    **PASSKEYS,
    **QR_PAGES,
    **CONTACTS,
    **DATA,
    **STATUS_PAGES,
    **{
        f"info-{page.key}": Sample(template="info.html", context=same(page=page))
        for page in INFO_PAGES.values()
    },
}
"""Every template in every state that looks different, by name."""
