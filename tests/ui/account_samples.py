"""Pages of the account that show a person what is theirs."""

import datetime as dt
from dataclasses import replace

from idp.citizen.methods.at_a_glance import Ways
from idp.ids import ClientId
from idp.life_events.disputed import Said
from idp.merges.model import Span
from idp.risk.model import KnownDevice, Outcome, Signal
from idp.ui.account_rows import Connected, Day, Given, Happened, OpenSession, Sent
from idp.ui.alert_rows import Alert, AlertKind
from idp.ui.data_rows import RequestRow, ServiceOption
from idp.ui.formatting import mask_id_number
from idp.ui.history_words import Kind
from idp.ui.language import Language
from idp.ui.pages import RelyingParty
from tests.ui.sample import FRAME, NOW, PORTAL, SKILLS, Sample, same

HERS = replace(FRAME, signed_in_name="Nguyễn Thị Hương", path="/account")


STOOD_OUT = (
    "history_public",
    *(f"history_signal_{one.value.replace('-', '_')}" for one in Signal),
    *(f"history_outcome_{one.value.replace('-', '_')}" for one in Outcome),
)


KNOWN = KnownDevice(
    device_id="d1",
    name="Chrome, Windows",
    client_id=ClientId("portal"),
    place="Hải Phòng",
    first_seen_at=NOW - dt.timedelta(days=40),
    last_seen_at=NOW,
    is_public=False,
    acknowledged_at=None,
)
NEW_DEVICE = Alert(
    kind=AlertKind.NEW_DEVICE,
    at=NOW,
    device="Chrome, Windows",
    place="Hải Phòng",
    service="Kho dữ liệu công dân",
    device_id="d2",
    event_id="e1",
    others=2,
)
ALERTS = (
    Alert(kind=AlertKind.CLOSING, at=NOW + dt.timedelta(days=7)),
    Alert(kind=AlertKind.CASE, at=NOW, case="7K2M-9QXD-4HJR"),
    Alert(kind=AlertKind.HELD, at=NOW + dt.timedelta(days=1)),
    Alert(kind=AlertKind.PASSWORD_KNOWN),
    NEW_DEVICE,
    Alert(kind=AlertKind.CARD, day=dt.date(2026, 12, 24)),
    Alert(kind=AlertKind.RESIDENCE, day=dt.date(2026, 12, 24)),
    Alert(kind=AlertKind.ONE_METHOD),
    Alert(kind=AlertKind.OFFICIAL_LOOKED, at=NOW),
    Alert(kind=AlertKind.MANDATE, at=NOW, names=("Công ty TNHH Cảng Xanh", "Trần Minh An")),
)


NATIONAL_ONLY = Ways(has_national=True, passkeys=(), has_password=False, has_totp=False)


def home(**changes: object) -> Sample:
    context: dict[str, object] = {
        "name": "Nguyễn Thị Hương",
        "number": mask_id_number("031184990456"),
        "level": 2,
        "level_on": NOW,
        "latest": (),
        "alerts": (),
        "ways": NATIONAL_ONLY,
        "counts": {"sessions": 2, "services": 5, "mandates": 1_204},
        **changes,
    }
    return Sample(template="account_home.html", context=same(**context), frame=HERS)


def session(public_id: str, **changes: object) -> OpenSession:
    row = OpenSession(
        public_id=public_id,
        device="Chrome, Windows",
        is_phone=False,
        is_here=False,
        is_official=False,
        is_public=False,
        opened_at=NOW - dt.timedelta(hours=3),
        last_seen_at=NOW,
        services=("Cổng dịch vụ công Hải Phòng", "Kho dữ liệu công dân"),
        acting_for=(),
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def account_locked(**changes: object) -> Sample:
    context = {"case": "7K2M-9QXD-4HJR", "others_act": False, **changes}
    return Sample(template="account_locked.html", context=same(**context))


def sessions(*others: OpenSession) -> Sample:
    return Sample(
        template="account_sessions.html",
        context=same(
            here=session("9k0", is_here=True),
            others=others,
            devices=(KNOWN, replace(KNOWN, device_id="d2", name="", place="")) if others else (),
            this_device="d1",
        ),
        frame=replace(HERS, path="/account/sessions"),
    )


def given(*labels: str, **changes: object) -> Given:
    row = Given(
        labels=labels,
        basis="consent",
        is_granted=True,
        decided_at=NOW - dt.timedelta(days=30),
        withdrawn_at=None,
        text_version="2026-11",
        text_hash="5f2c" * 16,
        by_other=False,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def connected(client_id: str, rp: RelyingParty, **changes: object) -> Connected:
    row = Connected(
        client_id=client_id,
        name=rp.name,
        agency=rp.agency,
        host=rp.host,
        since=NOW - dt.timedelta(days=30),
        last_used=NOW,
        is_sent=True,
        is_agreed=True,
        is_by_law=True,
        law="Quyết định 45/2026/QĐ-UBND (mẫu)",
        agreed=("claim_email",),
        by_law=("claim_name", "claim_gender", "claim_birthdate"),
        taken_back=(),
        given=(
            given("claim_name", "claim_gender", "claim_birthdate", basis="public_task"),
            given("claim_email"),
            given("claim_phone_number", is_granted=False, by_other=True),
        ),
        withdrawn_at=None,
        number="5F2C-5F2C-5F2C",
    )
    return replace(row, **changes)  # type: ignore[arg-type]


PUBLIC = connected("dichvucong", PORTAL, is_agreed=False, agreed=(), by_law=("claim_name", "claim_address"))
AGREED = connected(
    "sach", SKILLS, is_by_law=False, by_law=(), law="", given=(given("claim_email"), given("claim_docs_read"))
)
REST = connected(
    "dichvu",
    PORTAL,
    is_agreed=False,
    agreed=(),
    taken_back=("claim_email",),
    withdrawn_at=NOW,
    given=(
        given("claim_name", "claim_gender", "claim_birthdate", basis="public_task"),
        given("claim_email", withdrawn_at=NOW),
    ),
)
GONE = connected(
    "hoctap",
    SKILLS,
    is_sent=False,
    is_agreed=False,
    is_by_law=False,
    agreed=(),
    by_law=(),
    taken_back=("claim_email",),
    withdrawn_at=NOW,
    given=(given("claim_email", withdrawn_at=NOW), given("claim_docs_read")),
)


def services(*rows: Connected) -> Sample:
    return Sample(
        template="account_services.html",
        frame=replace(HERS, path="/account/services"),
        context=same(
            connected=tuple(row for row in rows if row.is_sent),
            withdrawn=tuple(row for row in rows if row.withdrawn_at is not None),
        ),
    )


def service(template: str, row: Connected, *asked: RequestRow) -> Sample:
    return Sample(
        template=template,
        frame=replace(HERS, path="/account/services"),
        context=same(
            service=row, holder_name="Nguyễn Thị Hương", asked={one.right: one for one in asked}, now=NOW
        ),
    )


def happened(event_id: str, what: str, **changes: object) -> Happened:
    row = Happened(
        event_id=event_id,
        at=NOW,
        what=what,
        icon="pc",
        service="Kho dữ liệu công dân",
        said=(),
        device="",
        disputable=False,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


TODAY = NOW.date()
WAYS = (
    *("passkey", "password_totp", "password_recovery"),
    *("phone_code", "email_code", "other_device"),
)
FACTORS = ("password", "totp", "recovery_codes", "passkey", "email_code", "phone_code")
_NAMED = ("claim_name", "claim_gender", "claim_birthdate")
WENT = (Sent(key="history_sent", labels=(*_NAMED, "claim_age_over_18")),)
ALLOWED = (
    Sent(key="history_may_be_sent", labels=_NAMED),
    Sent(key="history_not_sent", labels=("claim_email", "claim_phone_number")),
)
HISTORY = (
    Day(
        day=TODAY,
        rows=(
            happened(
                "e1",
                "event_session_started",
                said=("history_by_national",),
                device="Chrome, Windows",
                disputable=True,
            ),
            happened("e2", "event_code_issued", said=("history_for_other",), disputable=True, icon="phone"),
            happened("e3", "event_userinfo_read", icon="doc", service="", sent=WENT),
            happened(
                "e4", "event_session_started", said=("history_by_haiphong", "history_degraded", *STOOD_OUT)
            ),
            *(happened(f"by-{way}", "event_session_started", said=(f"history_by_{way}",)) for way in WAYS),
            *(
                happened(f"set-{one}", "event_credential_set", said=(f"history_factor_{one}",), icon="key")
                for one in FACTORS
            ),
        ),
    ),
    Day(
        day=TODAY - dt.timedelta(days=1),
        rows=(
            happened(
                "e5",
                "event_people_searched",
                said=("history_by_official", "history_reason_desk"),
                askable=True,
                icon="user",
            ),
            happened("e6", "event_consent_recorded", said=("history_by_other",), icon="check", sent=ALLOWED),
        ),
    ),
    Day(
        day=TODAY - dt.timedelta(days=9),
        rows=(happened("e7", "event_person_high_suspended", said=("history_by_system",), icon="id"),),
    ),
)


def history(days: tuple[Day, ...], **changes: object) -> Sample:
    context: dict[str, object] = {
        "days": days,
        "today": TODAY,
        "kinds": tuple(Kind),
        "kind": None,
        "services": (ServiceOption(client_id="kho", name="Kho dữ liệu công dân", language=Language.VI),),
        "service": "kho",
        "older": "/account/history?b=e7",
        "file": "/account/history/file",
        "now": NOW,
        "spans": (),
        **changes,
    }
    return Sample(
        template="account_history.html", frame=replace(HERS, path="/account/history"), context=same(**context)
    )


ACCOUNT: dict[str, Sample] = {
    "history": history(HISTORY),
    "history-split": history(
        (replace(HISTORY[0], rows=(replace(HISTORY[0].rows[0], said=("history_joined",)),)),),
        spans=(Span(begun=NOW - dt.timedelta(days=30), ended=NOW - dt.timedelta(days=2)),),
    ),
    "history-none": history((), kind=Kind.LOOKED, older=None),
    "not-me": Sample(
        template="account_not_me.html",
        frame=replace(HERS, path="/account/history/not-me?e=e1"),
        context=same(event=HISTORY[0].rows[0], ends_power=False, choices=tuple(Said)),
    ),
    "not-me-power": Sample(
        template="account_not_me.html",
        frame=replace(HERS, path="/account/history/not-me?e=e2"),
        context=same(
            event=replace(HISTORY[0].rows[0], what="event_mandate_offered"),
            ends_power=True,
            choices=tuple(Said),
        ),
    ),
    "account-locked": account_locked(),
    "account-locked-others-act": account_locked(others_act=True),
    "services": services(
        PUBLIC, connected("kho", SKILLS), connected("trang", SKILLS, agreed=(), by_law=()), AGREED, REST, GONE
    ),
    "services-none": services(),
    "service-consent": service("account_service.html", connected("hoctap", SKILLS)),
    "service-agreed": service("account_service.html", AGREED),
    "service-rest": service("account_service.html", REST),
    "service-public-task": service("account_service.html", PUBLIC),
    "service-no-law": service("account_service.html", replace(PUBLIC, law="", given=())),
    "service-withdrawn": service("account_service.html", GONE),
    "service-receipt": service("account_service_receipt.html", PUBLIC),
    "service-receipt-rest": service("account_service_receipt.html", REST),
    "service-receipt-withdrawn": service("account_service_receipt.html", GONE),
    "sessions": sessions(
        session("9k1", device="Samsung Internet, Android", is_phone=True, services=()),
        session("9k2", device="", acting_for=("Công ty TNHH Cảng Xanh", "Nguyễn Gia Bảo")),
        session("9k3", is_official=True),
        session("9k5", is_public=True, opened_at=NOW - dt.timedelta(hours=5)),
    ),
    "sessions-only-this": sessions(),
    "account-home": home(
        latest=HISTORY[0].rows[:3],
        ways=replace(
            NATIONAL_ONLY,
            passkeys=("Điện thoại Samsung", "Máy tính ở nhà"),
            has_password=True,
            has_totp=True,
        ),
    ),
    "account-home-no-passkey": home(ways=replace(NATIONAL_ONLY, has_password=True)),
    "account-home-level-1": home(
        level=1, level_on=None, counts={"sessions": 1, "services": 0, "mandates": 0}
    ),
    "account-home-alerts": home(latest=HISTORY[0].rows[:3], alerts=ALERTS),
    "account-home-alerts-few": home(
        alerts=(
            replace(NEW_DEVICE, device="", place="", service="", event_id="", others=0),
            Alert(kind=AlertKind.CASE, at=NOW, case="7K2M-9QXD-4HJR", is_past=True),
            Alert(kind=AlertKind.CARD, day=dt.date(2026, 10, 24), is_past=True),
        )
    ),
    "account-home-notice": replace(
        home(number=None, level=0), frame=replace(HERS, notice="upstream_cancelled")
    ),
}
