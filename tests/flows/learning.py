"""What outsiders know after a request, by what it wrote: the passwords they chose, the codes they were sent."""

import re
from collections.abc import Callable, Mapping

from idp.credentials.recovery_code import read_code
from tests.flows.kept import Change
from tests.flows.places import BIND, CONTACTS, LOCK_BY_CODE, METHODS, PASSKEYS
from tests.flows.proving import Proved
from tests.flows.sent import Sent

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
    if "compromised_at" in change.columns and sent.field("new-password") == "":
        return
    sent.told.passwords[change.row["person_id"]] = sent.field("new-password")


def _name(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    if sent.path in {f"{METHODS}/password", BIND}:
        sent.told.names[sent.field("username").strip().casefold()] = change.row["person_id"]


def _totp(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    if sent.path in {f"{METHODS}/totp", BIND} and sent.field("setup") in sent.told.setups:
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


def _no_codes(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    """All of them went; new ones are on the page."""
    if sent.path != "/sign-in/recovery/kept":
        sent.told.codes.pop(change.row["person_id"], None)


def _used_code(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    if sent.path == LOCK_BY_CODE and (code := read_code(sent.field("recovery-code"))) is not None:
        sent.told.codes.get(change.row["person_id"], set()).discard(code)


def _no_link(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    """One was used, and all others of the person went with it."""
    person_id = change.row["person_id"]
    sent.told.spent.update(link for link, (owner, _) in sent.told.links.items() if owner == person_id)


def _desk_case(change: Change, sent: Sent, _proved: Proved | None, _code: str) -> None:
    if "used_at" in change.columns:
        sent.told.spent.add(change.row["case_id"])


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
    ("recovery_codes", "delete"): _no_codes,
    ("recovery_codes", "update"): _used_code,
    ("dispute_links", "delete"): _no_link,
    ("desk_cases", "update"): _desk_case,
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
