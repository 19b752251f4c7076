"""Pages about one's own data: what is held, the number in full, the copy, the requests."""

import datetime as dt
from dataclasses import replace

from idp.data_rights.model import Right
from idp.ui.data_rows import CopyRow, FoundByRow, HeldRow, RequestRow, ServiceOption
from idp.ui.errors import ErrorSummary, FieldError, one_error
from idp.ui.formatting import mask_email, mask_id_number, mask_phone
from idp.ui.language import Language
from idp.ui.strings import copy_members
from tests.ui.account_samples import GONE, HERS, PUBLIC, service
from tests.ui.sample import NOW, Sample, same

_DAY = dt.timedelta(days=1)
HELD = (
    HeldRow(label="name", value="Nguyễn Thị Hương", source="upstream", level=2, at=NOW),
    HeldRow(label="id_number", value=mask_id_number("031184990456"), source="register", level=2, at=NOW),
    HeldRow(label="birthdate", value="14/3/1984", source="register", level=2, at=NOW),
    HeldRow(label="gender", value="", word="data_gender_female", source="upstream", level=2, at=NOW),
    HeldRow(label="nationality", value="Việt Nam", is_translated=True, source="upstream", level=2, at=NOW),
    HeldRow(label="address", value="số 16, phường Lê Chân, Hải Phòng", source="desk", level=2, at=NOW),
    HeldRow(label="phone", value=mask_phone("+84539900001"), source="self", level=1, at=NOW),
    HeldRow(label="email", value=mask_email("huong@example.vn")),
    *(HeldRow(label=one, value="hương", source="self") for one in ("nickname", "preferred_username")),
    *(
        HeldRow(label=one, value="https://a.example", source="self")
        for one in ("profile_page", "picture", "website")
    ),
)
FOUND_BY = tuple(
    FoundByRow(
        scheme=scheme,
        value=mask_id_number("031184990456"),
        since=NOW,
        until=NOW if scheme == "passport" else None,
    )
    for scheme in ("vn_personal_id", "vn_cmnd9", "vn_foreigner_id", "passport", "phone", "email", "username")
)


def request(request_id: str, right: str, **changes: object) -> RequestRow:
    row = RequestRow(
        request_id=request_id,
        number=f"7K2M-9QXD-4FHT-{request_id.upper()}B3",
        right=right,
        service="",
        what="Ngày cấp thẻ ghi sai:\nđúng là 05/02/2024.",
        received_at=NOW,
        answer_by=NOW.date() + 3 * _DAY,
        complete_by=NOW.date() + 10 * _DAY,
        days=10,
        state="received",
        is_open=True,
        is_overdue=False,
        answer="",
        extension="",
        outcome="",
        closes_at=None,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


REQUESTS = (
    request("r1", "view", is_overdue=True),
    request("r2", "correct", state="answered", answer="Sẽ đối chiếu với sổ gốc trong tuần này."),
    request("r3", "object", service="Cổng dịch vụ công Hải Phòng", extension="Cần hỏi lại cơ quan chủ quản."),
    request("r4", "restrict", state="completed", is_open=False, outcome="Đã thực hiện.", what=""),
    request("r5", "delete", state="refused", is_open=False, outcome="Pháp luật quy định phải lưu."),
    request("r6", "view", state="withdrawn", is_open=False),
    request("r8", "close", state="kept", is_open=False, what=""),
)
CLOSING = request("r7", "close", closes_at=NOW + 7 * _DAY, what="")


def data(**changes: object) -> Sample:
    context: dict[str, object] = {
        "held": HELD[:2],
        "identifiers": (),
        "level": 2,
        "copy": None,
        "requests": (),
        "closing": None,
        "restricted_at": None,
        "rights": tuple(one.value for one in Right if one is not Right.DELETE),
        "uses_services": True,
        **changes,
    }
    frame = replace(HERS, path="/account/data")
    if "notice" in context:
        frame = replace(frame, notice=str(context.pop("notice")))
    return Sample(template="account_data.html", context=same(**context), frame=frame)


def form(right: Right, **changes: object) -> Sample:
    is_bare = right is Right.RESTRICT
    options: tuple[ServiceOption, ...] = (
        ServiceOption(
            client_id="dichvucong",
            name="Cổng dịch vụ công Hải Phòng",
            language=Language.VI,
            agency="Văn phòng UBND",
        ),
        ServiceOption(client_id="hoctap", name="Digital Skills", language=Language.EN),
    )
    if right is Right.OBJECT:
        options += (ServiceOption(client_id="-", name="Hải Phòng ID", language=Language.VI),)
    context: dict[str, object] = {
        "right": right.value,
        "services": () if is_bare else options,
        "service": "",
        "needs_service": right in {Right.OBJECT, Right.DELETE},
        "asks_what": not is_bare,
        "fields": {"what": "", "why": ""},
        "answer_days": 2,
        "days": 15,
        **changes,
    }
    frame = replace(HERS, path=f"/account/data/request?r={right.value}")
    return Sample(template="account_data_request.html", context=same(**context), frame=frame)


def close(**changes: object) -> Sample:
    frame = replace(HERS, path="/account/data/close")
    return Sample(template="account_data_close.html", context=same(days=7, **changes), frame=frame)


def number(*groups: str) -> Sample:
    frame = replace(HERS, path="/account/number")
    return Sample(template="account_number.html", context=same(groups=groups), frame=frame)


_PARTS = (
    *(
        "identifiers",
        "addresses",
        "contacts",
        "national_accounts",
        "papers",
        "services",
        "subjects",
        "mandates",
    ),
    *("posts", "sessions", "browsers", "factors", "cases", "requests"),
)
_VALUES = {
    "status": ("locked", "deceased"),
    "source": ("appointed", "parent", "court"),
    "state": ("open", "closed"),
    "kind": ("locked", "question"),
    "card_status": ("valid", "expired", "revoked", "lost"),
    "side": ("held", "given"),
    "principal": ("organisation", "person"),
    "client_id": ("hpid:account", "hpid:passkeys", "hpid:unlock"),
    "powers": ("full", "listed"),
    "acr": tuple(f"urn:haiphong:acr:{one}" for one in ("low", "substantial", "high")),
    "amr": ("pwd", "otp", "recovery", "sms", "email", "user", "mfa", "mca", "face", "pop", "swk"),
    "by": ("national", "haiphong"),
    "realm": ("citizen", "official"),
    "scope": ("openid", "profile", "phone", "age", "residence", "vn.id_number"),
    "language": ("vi", "en"),
    "nationality": ("VNM",),
    "birthdate": ("1984-03-14",),
}
_MEMBERS = [key.removeprefix("copy_") for key in copy_members.VI if key.startswith("copy_")]
_EVENT = {"at": "2026-11-22T14:12:05Z", "by": "you", "device": "Chrome, Windows"}
COPY = {
    "format": "haiphong-id-copy",
    "version": 1,
    "made_at": "2026-11-22T14:12:05Z",
    "account": {"status": "active", "level": 2, "restricted_since": None, "of_another_release": 1},
    "attributes": (
        {"attribute": "name", "full_name": "Nguyễn Thị Hương", "source": "upstream", "level": 2},
        {"attribute": "phone", "phone": "+84539900001", "phone_verified": True},
    ),
    "consents": (
        {"service": "Học kỹ năng số", "scope": "email", "granted": False, "text_sha256": "5f2c" * 16},
    ),
    **dict.fromkeys(_PARTS, ()),
    "mandates": (
        {"organisation": "Công ty TNHH Cảng Xanh", "services": ("tax", "customs")},
        *({"side": "held", "principal": "person", "role": role} for role in ("parent", "guardian", "viewer")),
        {"side": "given", "principal": "person", "role": "viewer"},
    ),
    "requests": (
        {"right": "delete", "state": "withdrawn"},
        {"right": "delete", "state": "withdrawn", "client_id": "portal", "service": "Cổng dịch vụ công"},
    ),
    "browsers": ({"browser": "Chrome, Windows", "service": "Học kỹ năng số", "public": False},),
    "cases": (
        {"number": "7K2M-9QXD-4HJR", "kind": "not-me", "said": "phone-lost", "factors": ("totp",)},
        {"opened_at": "9999-12-31T23:59:59Z", "closed_at": "2026-99-99T14:12:05Z"},
        *({name: "–"} for name in _MEMBERS),
        *({name: value} for name, values in _VALUES.items() for value in values),
    ),
}


def copy(**changes: object) -> Sample:
    context: dict[str, object] = {
        "holder_name": "Nguyễn Thị Hương",
        "copy": COPY,
        "events": (
            {**_EVENT, "event": "session:started"},
            {**_EVENT, "event": "code:issued", "client_id": "portal"},
            {**_EVENT, "event": "code:issued", "client_id": "hpid:passkeys"},
            {"at": "2026-11-20T01:02:03Z", "by": "official", "event": "of:another-release"},
            *({**_EVENT, "by": by, "event": "code:issued"} for by in ("another person", "service", "system")),
        ),
        "names": {"portal": "Cổng dịch vụ công Hải Phòng"},
        "more": False,
        **changes,
    }
    frame = replace(HERS, path="/account/data")
    return Sample(template="account_data_copy.html", context=same(**context), frame=frame)


_TOO_LONG = FieldError(key="data_too_long", field="what", params={"n": 1000})
DATA: dict[str, Sample] = {
    "service-objected": service("account_service.html", PUBLIC, request("r3", "object", days=20)),
    "service-deletion-asked": service("account_service.html", GONE, request("r5", "delete", days=20)),
    "data": data(held=HELD, identifiers=FOUND_BY, requests=REQUESTS),
    "data-new": data(level=1, uses_services=False, held=(HELD[0], replace(HELD[3], word="data_gender_male"))),
    "data-copy-waits": data(copy=CopyRow(is_ready=False, until=NOW), notice="data_asked"),
    "data-copy-ready": data(copy=CopyRow(is_ready=True, until=NOW + _DAY), notice="data_waits"),
    "data-restricted": data(restricted_at=NOW, notice="data_sent"),
    "data-closing": data(closing=CLOSING, requests=(CLOSING,), notice="data_closing"),
    **{f"data-{word}": data(notice=f"data_{word}") for word in ("none", "withdrawn", "lifted", "kept")},
    **{f"data-form-{right.value}": form(right) for right in Right},
    "data-form-wrong": form(
        Right.OBJECT,
        errors=ErrorSummary(
            (
                FieldError(key="data_no_service", field="service"),
                FieldError(key="data_what_empty", field="what"),
            )
        ),
    ),
    "data-form-long": form(
        Right.CORRECT, errors=ErrorSummary((_TOO_LONG,)), fields={"what": "x\ny", "why": "z"}
    ),
    "data-form-too-many": form(Right.VIEW, errors=one_error("data_too_many")),
    "data-form-no-services": form(Right.DELETE, services=()),
    "data-close": close(),
    "data-close-not-sure": close(errors=one_error("data_not_sure", at="sure")),
    **{
        f"data-close-{reason.replace('_', '-')}": close(errors=one_error(f"data_{reason}"))
        for reason in ("last_representative", "last_parent", "holds_post", "under_age", "not_active")
    },
    "number": number(),
    "number-shown": number("031", "184", "990", "456"),
    "data-copy": copy(),
    "data-copy-more": copy(more=True),
}
