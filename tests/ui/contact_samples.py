"""Pages of the account on where a person is reached, by name."""

import datetime as dt
from dataclasses import replace

from idp.citizen.contacts import Row
from idp.messages.model import Channel
from idp.ui.errors import one_error
from idp.ui.formatting import mask_email, mask_phone
from idp.ui.pages import Frame
from tests.ui.mandate_samples import NAMES
from tests.ui.sample import NOW, Sample, same

MAIL = Row(contact_id="7K2M", channel=Channel.EMAIL, shown=mask_email("huong@example.vn"))
LATER = Row(
    contact_id="5OPN",
    channel=Channel.EMAIL,
    shown=mask_email("huong.nt@example.vn"),
    signs_in_since=NOW + dt.timedelta(hours=23),
)
OPEN = Row(
    contact_id="6OPN",
    channel=Channel.PHONE,
    shown=mask_phone("+84901234568"),
    signs_in_since=NOW - dt.timedelta(days=3),
)
OTHER = Row(
    contact_id="9QXD",
    channel=Channel.EMAIL,
    shown=mask_email("nguyen.huong.hai-phong@cong-ty-cang-xanh.example.vn"),
)
PHONE = Row(contact_id="3BCD", channel=Channel.PHONE, shown=mask_phone("+84901234567"))


def _noticed(notice: str) -> Frame:
    return replace(NAMES, notice=notice)


def contacts(**changes: object) -> Sample:
    context: dict[str, object] = {
        "rows": (MAIL, OTHER, PHONE),
        "changing": None,
        "waiting": {},
        "national": mask_phone("+84539900001"),
        "channels": [*Channel],
        "typed": {},
        "opening": [],
        "time": NOW,
        **changes,
    }
    return Sample(template="contacts.html", context=same(**context), frame=NAMES)


def code(channel: Channel, **changes: object) -> Sample:
    shown = MAIL.shown if channel is Channel.EMAIL else PHONE.shown
    context: dict[str, object] = {"channel": channel, "shown": shown, "again_from": None, **changes}
    return Sample(template="contact_code.html", context=same(**context), frame=NAMES)


def removal(row: Row) -> Sample:
    return Sample(template="contact_remove.html", context=same(row=row), frame=NAMES)


def opening(row: Row) -> Sample:
    return Sample(
        template="contact_sign_in.html",
        context=same(row=row, opens=row.signs_in_since is None),
        frame=NAMES,
    )


CONTACTS: dict[str, Sample] = {
    "contacts": contacts(),
    "contacts-notice-opens": replace(
        contacts(rows=(LATER, OPEN), opening=["email", "phone"]), frame=_noticed("contact_opens")
    ),
    "contacts-notice-opens-no-more": replace(
        contacts(rows=(MAIL, PHONE), opening=["email", "phone"]), frame=_noticed("contact_opens_no_more")
    ),
    "contact-opens-email": opening(MAIL),
    "contact-opens-phone": opening(PHONE),
    "contact-opens-no-more": opening(OPEN),
    "contacts-waiting": contacts(
        rows=(MAIL,),
        waiting={"email": mask_email("huong.moi@example.vn"), "phone": mask_phone("+84901234569")},
    ),
    "contacts-none": contacts(rows=(), national=None),
    "contacts-changing": contacts(changing=MAIL),
    "contacts-wrong": contacts(
        rows=(), typed={"email": "huong"}, errors=one_error("contact_email_form", at="email")
    ),
    "contacts-wrong-phone": contacts(
        rows=(), typed={"phone": "113"}, errors=one_error("contact_phone_form", at="phone")
    ),
    "contacts-code-over": contacts(errors=one_error("contact_code_over")),
    "contacts-no-sender": contacts(rows=(), channels=[]),
    "contact-code-email": code(Channel.EMAIL),
    "contact-code-soon": code(
        Channel.EMAIL,
        again_from=NOW + dt.timedelta(seconds=40),
        errors=one_error("code_soon", time="21:12:45"),
    ),
    "contact-code-again": replace(code(Channel.PHONE), frame=_noticed("code_again")),
    "contacts-many": contacts(
        rows=(), typed={"phone": "0901 234 567"}, errors=one_error("codes_many", time="21:12, 23/11/2026")
    ),
    "contact-code-phone": code(Channel.PHONE, errors=one_error("otp_wrong", at="otp", n=3)),
    "contact-remove-email": removal(MAIL),
    "contact-remove-phone": removal(PHONE),
}
