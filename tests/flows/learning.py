"""What outsiders know after a request, by what it wrote: the passwords they chose, the codes they were sent."""

import re
from collections.abc import Callable, Mapping

from tests.flows.gates import CONTACTS, METHODS
from tests.flows.kept import Change
from tests.flows.proving import Proved
from tests.flows.sent import PASSKEYS, Sent

SIGN_IN_CODE = "/sign-in/code"
SENDING = frozenset({CONTACTS, SIGN_IN_CODE})
"""Forms that have a code sent."""

Learn = Callable[[Change, Sent, Proved | None, str], None]


def learn(change: Change, sent: Sent, proved: Proved | None, code: str) -> None:
    """Learn from one change; `code` is what was sent with it, if one was."""
    known = _FROM.get((change.table, change.kind))
    if known is not None:
        known(change, sent, proved, code)


def _password(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    sent.told.passwords[change.row["person_id"]] = sent.field("new-password")


def _name(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    if sent.path == f"{METHODS}/password":
        sent.told.names[sent.field("username").strip().casefold()] = change.row["person_id"]


def _totp(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    if sent.path == f"{METHODS}/totp":
        sent.told.secrets[change.row["person_id"]] = sent.told.setups[sent.field("setup")].secret


def _invitation(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    sent.told.invitees[change.row["invitation_id"]] = re.sub(r"\s", "", sent.field("number")).upper()


def _person(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    sent.told.people[sent.told.returns[sent.query["code"]].number] = change.row["person_id"]


def _contact_code(change: Change, sent: Sent, _proved: Proved | None, code: str) -> None:
    row = change.row
    if sent.path == CONTACTS:
        sent.told.contact_codes[row["person_id"], row["channel"]] = code
        if typed := sent.field(row["channel"]):
            sent.told.addresses[row["person_id"], row["channel"]] = typed


def _contact(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    row = change.row
    address = sent.told.addresses[row["person_id"], row["channel"]]
    sent.told.contacts[address] = (row["person_id"], row["contact_id"])
    sent.told.names[address] = row["person_id"]


def _no_contact(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    told, gone = sent.told, change.row["contact_id"]
    for address in [one for one, (_, contact_id) in told.contacts.items() if contact_id == gone]:
        del told.contacts[address], told.names[address]


def _sign_in_code(change: Change, sent: Sent, _proved: Proved | None, code: str) -> None:
    interaction, told = change.row["interaction_id"], sent.told
    if sent.path == SIGN_IN_CODE:
        told.asked_for[interaction] = sent.field("address") or told.asked_for.get(interaction, "")
        told.sent_codes[interaction] = code


def _cross_device(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    interaction, told = change.row["interaction_id"], sent.told
    if sent.path == "/sign-in/qr":
        told.confirmed.pop(interaction, None)
    elif change.row["standing"] == "confirmed" and sent.me is not None:
        told.confirmed[interaction] = sent.me["session_id"]
    else:
        told.confirmed.pop(interaction, None)


def _grant(_change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    if sent.path == "/authorize/resume":
        sent.told.spent.add(sent.query["i"])


def _passkey(_change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    if sent.path == f"{PASSKEYS}/add":
        sent.told.spent.add(sent.field("challenge"))


def _session(_change: Change, sent: Sent, proved: Proved | None, _code: str) -> None:
    if proved is not None:
        sent.told.spent.update(proved.spends)


_FROM: Mapping[tuple[str, str], Learn] = {
    ("passwords", "insert"): _password,
    ("passwords", "update"): _password,
    ("person_identifiers", "insert"): _name,
    ("totp", "insert"): _totp,
    ("totp", "update"): _totp,
    ("mandate_invitations", "insert"): _invitation,
    ("people", "insert"): _person,
    ("contact_codes", "insert"): _contact_code,
    ("contact_codes", "update"): _contact_code,
    ("contacts", "insert"): _contact,
    ("contacts", "delete"): _no_contact,
    ("sign_in_codes", "insert"): _sign_in_code,
    ("sign_in_codes", "update"): _sign_in_code,
    ("cross_device_sign_ins", "insert"): _cross_device,
    ("cross_device_sign_ins", "update"): _cross_device,
    ("grants", "insert"): _grant,
    ("passkeys", "insert"): _passkey,
    ("sessions", "insert"): _session,
    ("sessions", "update"): _session,
}
