"""Where somebody is reached: addresses, and the codes that prove them."""

from idp.messages.model.codes import CODE_DIGITS
from tests.flows.gates.acts import disputes_address, ends_what_waits, loses, who
from tests.flows.kept import Change
from tests.flows.places import BIND, BY_LINK, CONTACTS, NOT_ME, RENEW
from tests.flows.proving import Proved
from tests.flows.sent import Sent


def contact_code(change: Change, sent: Sent, _: Proved | None) -> str:
    if change.kind == "delete" and change.row["person_id"] in ends_what_waits(sent):
        return ""
    owner = sent.changes_account(CONTACTS, f"{CONTACTS}/code")
    return who(change, owner, "no fresh sign-in of its owner")


def contact(change: Change, sent: Sent, _: Proved | None) -> str:
    if change.columns == {"signs_in_since"} and sent.path in {RENEW, BIND}:
        return who(change, loses(sent, "sent-codes"), "nobody lost it")
    if change.kind == "delete" and sent.path in {NOT_ME, BY_LINK}:
        return who(change, disputes_address(sent), "its owner did not dispute it")
    owner = sent.changes_account(f"{CONTACTS}/code", f"{CONTACTS}/remove", f"{CONTACTS}/sign-in")
    if sent.path == f"{CONTACTS}/sign-in":
        if change.columns != {"signs_in_since"} or change.row["contact_id"] != sent.field("contact"):
            return "another one was named"
    elif change.kind == "delete" and sent.path == f"{CONTACTS}/remove":
        if change.row["contact_id"] != sent.field("contact"):
            return "another one was named"
    elif not _has_right_code(sent, owner):
        return "no code was right"
    return who(change, owner, "no fresh sign-in of its owner")


def _has_right_code(sent: Sent, owner: str) -> bool:
    code = sent.field("otp").replace(" ", "")
    return len(code) == CODE_DIGITS and sent.told.contact_codes.get((owner, sent.field("channel"))) == code
