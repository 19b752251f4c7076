"""Pages of the account on where a person is reached, by name."""

from idp.citizen.contacts import Row
from idp.messages.model import Channel
from idp.ui.errors import one_error
from idp.ui.formatting import mask_email, mask_phone
from tests.ui.mandate_samples import NAMES
from tests.ui.sample import Sample, same

MAIL = Row(contact_id="7K2M", channel=Channel.EMAIL, shown=mask_email("huong@example.vn"))
OTHER = Row(
    contact_id="9QXD",
    channel=Channel.EMAIL,
    shown=mask_email("nguyen.huong.hai-phong@cong-ty-cang-xanh.example.vn"),
)
PHONE = Row(contact_id="3BCD", channel=Channel.PHONE, shown=mask_phone("+84901234567"))


def contacts(**changes: object) -> Sample:
    context: dict[str, object] = {
        "rows": (MAIL, OTHER, PHONE),
        "changing": None,
        "national": mask_phone("+84539900001"),
        "channels": [*Channel],
        "typed": {},
        **changes,
    }
    return Sample(template="contacts.html", context=same(**context), frame=NAMES)


def code(channel: Channel, **changes: object) -> Sample:
    shown = MAIL.shown if channel is Channel.EMAIL else PHONE.shown
    context: dict[str, object] = {"channel": channel, "shown": shown, **changes}
    return Sample(template="contact_code.html", context=same(**context), frame=NAMES)


def removal(row: Row) -> Sample:
    return Sample(template="contact_remove.html", context=same(row=row), frame=NAMES)


CONTACTS: dict[str, Sample] = {
    "contacts": contacts(),
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
    "contact-code-phone": code(Channel.PHONE, errors=one_error("otp_wrong", at="otp", n=3)),
    "contact-remove-email": removal(MAIL),
    "contact-remove-phone": removal(PHONE),
}
