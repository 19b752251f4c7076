"""Pages of the account on which people see and change who acts for whom, by name."""

import datetime as dt
from dataclasses import replace

from idp.mandates.model import Area
from idp.ui.errors import ErrorSummary, FieldError, one_error
from idp.ui.mandate_rows import Acting, Client, Held, Line, Offered, Pick, Power
from tests.ui.sample import FRAME, NOW, Sample, same

NAMES = replace(FRAME, signed_in_name="Nguyễn Thị Hương", path="/account/mandates")
COMPANY, UNTIL = "Công ty TNHH Cảng Xanh", dt.date(2027, 12, 31)
TAX = Power(role="maker", areas=("tax", "social-insurance"), last_day=UNTIL)
OBSTACLES = ("ended", "not_yet", "dissolved", "contested", "principal_gone", "level")
ROLES = ("administrator", "approver", "maker", "viewer")
AREAS = tuple(area.value for area in Area)


def mandate_form(kind: str, **changes: object) -> Sample:
    names = ("number", "full-name", "tax-code", "role", "first-day", "last-day")
    context: dict[str, object] = {
        "kind": kind,
        "mandate_id": "7K2M",
        "name": COMPANY,
        "fields": dict.fromkeys(names, ""),
        "roles": tuple(Pick(value=role, label=f"form_role_{role}") for role in ROLES),
        "areas": tuple(Pick(value=area, label=f"area_{area.replace('-', '_')}") for area in AREAS),
        **changes,
    }
    return Sample(template="mandate_form.html", context=same(**context), frame=NAMES)


def mandate_act(act: str, **changes: object) -> Sample:
    context: dict[str, object] = {
        "act": act,
        "action": "/account/mandates/act?a=end&i=7K2M",
        "back": "/account/mandates",
        "kept": (("number", "031190000456"),),
        "lines": (Line(label="principal", text=COMPANY), Line(label="power", power=TAX)),
        "ends_on": UNTIL,
        **changes,
    }
    return Sample(template="mandate_act.html", context=same(**context), frame=NAMES)


def acting(row_id: str, **changes: object) -> Acting:
    row = Acting(row_id=row_id, name="Vũ Đức Minh", power=TAX, may_end=True, waits_until=UNTIL)
    return replace(row, **changes)  # type: ignore[arg-type]


def organisation(**changes: object) -> Sample:
    context: dict[str, object] = {
        "mandate_id": "7K2M",
        "name": COMPANY,
        "people": (
            acting("p1", power=Power(role="representative"), may_end=False),
            acting("p2", power=Power(role="administrator", areas=("tax",))),
        ),
        "waiting": (acting("w1", name="Trần Văn An (••• 456)"),),
        "removals": (acting("r1", proposer="Đoàn Hải Long"), acting("r2", may_end=False, proposer="Lê An")),
        "firms": (acting("f1", name="Công ty TNHH Kế toán Sao Biển"),),
        "clients": 400,
        **changes,
    }
    return Sample(template="mandates_organisation.html", context=same(**context), frame=NAMES)


def held(number: int, **changes: object) -> Held:
    row = Held(mandate_id=f"m{number}", name=COMPANY, power=TAX)
    return replace(row, **changes)  # type: ignore[arg-type]


MANDATES: dict[str, Sample] = {
    "account-sign-in": Sample(
        template="account_sign_in.html",
        context=same(again=False, was_sent=False, unsent=(), place="/account/mandates"),
    ),
    "account-again": Sample(
        template="account_sign_in.html",
        context=same(
            again=True,
            was_sent=True,
            unsent=("Ngày cấp thẻ ghi sai:\nđúng là 05/02/2024.", "Thẻ mới đã nhận."),
            place="/account/mandates",
        ),
    ),
    "mandates": Sample(
        template="mandates.html",
        frame=NAMES,
        context=same(
            page=2,
            more=True,
            offers=(Offered(invitation_id="o1", name=COMPANY, power=TAX, waits_until=UNTIL),),
            mine=(
                held(100, manages=True, may_end=True),
                held(101, name="Nguyễn Gia Bảo", age=9, power=Power(role="parent", last_day=UNTIL)),
                held(102, power=Power(role="approver", areas=AREAS, first_day=UNTIL, last_day=UNTIL)),
                held(103, power=Power(role="guardian")),
                held(104, name="Hộ kinh doanh Yến Biển", power=Power(role="owner")),
                held(105, power=Power(role="archive", last_day=UNTIL)),
                *(
                    held(number, obstacle=obstacle, obstacle_day=UNTIL)
                    for number, obstacle in enumerate(OBSTACLES)
                ),
            ),
            for_me=(acting("a1", power=Power(role="viewer", areas=("land",))),),
        ),
    ),
    "mandates-none": Sample(
        template="mandates.html",
        frame=NAMES,
        context=same(page=1, more=False, offers=(), mine=(), for_me=()),
    ),
    "mandates-over": Sample(
        template="mandates.html",
        frame=NAMES,
        context=same(page=1, more=False, offers=(), mine=(), for_me=(), errors=one_error("mandate_over")),
    ),
    "mandates-organisation": organisation(),
    "mandates-organisation-none": organisation(people=(), waiting=(), removals=(), firms=(), clients=0),
    "mandates-clients": Sample(
        template="mandates_clients.html",
        frame=NAMES,
        context=same(
            mandate_id="7K2M",
            name="Công ty TNHH Kế toán Sao Biển",
            page=1,
            more=True,
            people=(("m1", "Hoàng Đức An"),),
            clients=(
                Client(appointment_id="c1", name=COMPANY, power=TAX, delegates=(acting("d1"),)),
                Client(appointment_id="c2", name="Hợp tác xã Đồng Lúa", power=TAX, delegates=()),
            ),
        ),
    ),
    "mandate-person": mandate_form("person"),
    "mandate-firm": mandate_form("firm"),
    "mandate-person-wrong": mandate_form(
        "person",
        errors=ErrorSummary(
            (
                FieldError(field="number", key="mandate_number"),
                FieldError(field="role", key="mandate_role"),
                FieldError(field="area", key="mandate_areas"),
                FieldError(field="last-day", key="mandate_last_day"),
            )
        ),
    ),
    **{
        f"mandate-{act}": mandate_act(act)
        for act in ("offer", "take", "end", "end-firm", "propose", "confirm", "take-back")
    },
    "mandate-firm-review": mandate_act("firm"),
    "mandate-end-over": mandate_act("end", ends_on=None, errors=one_error("mandate_over")),
    **{
        f"mandate-receipt-{what}": Sample(
            template="mandate_receipt.html",
            frame=NAMES,
            context=same(
                what=what,
                number="7K2M-9QXD",
                at=NOW,
                lines=tuple(
                    Line(label=label, text="Vũ Đức Minh")
                    if label in {"principal", "delegate", "invitee", "firm"}
                    else Line(label=label, day=UNTIL)
                    for label in (*("principal", "delegate", "invitee", "firm"), "until", "ended", "waits")
                ),
            ),
        )
        for what in ("offered", "taken", "closed", "ended", "proposed", "firm")
    },
}
