"""Acting for others: offers, mandates, ends."""

from tests.flows.gates.acts import ends_what_waits
from tests.flows.kept import Change, Row
from tests.flows.places import MANDATES
from tests.flows.proving import Proved
from tests.flows.sent import Sent


def _manages(sent: Sent, person_id: str, principal_id: str) -> bool:
    return any(
        one["principal_id"] == principal_id
        and one["delegate_id"] == person_id
        and one["role"] in {"representative", "administrator"}
        and _is_live(one, sent)
        for one in sent.kept["mandates"].values()
    )


def _is_live(row: Row, sent: Sent) -> bool:
    return row["ended_at"] is None and (row["valid_to"] is None or sent.now < row["valid_to"])


def invitation(change: Change, sent: Sent, _: Proved | None) -> str:
    row = change.row
    if change.kind == "insert":
        owner = sent.changes_account(f"{MANDATES}/person")
        return (
            "" if owner and _manages(sent, owner, row["principal_id"]) else "nobody who manages it offered it"
        )
    if change.columns == {"closed_at", "close_reason"} and row["invited_by"] in ends_what_waits(sent):
        return ""
    owner, act = sent.changes_account(f"{MANDATES}/act"), sent.query.get("a")
    if change.columns != {"closed_at", "close_reason"} or row["invitation_id"] != sent.query.get("i"):
        return "another one was named"
    is_theirs = _is_invited(sent, owner, row["invitation_id"]) if act == "take" else act == "take-back"
    is_managed = act == "take" or _manages(sent, owner, row["principal_id"])
    return "" if owner and is_theirs and is_managed else "no business of theirs"


def _is_invited(sent: Sent, person_id: str, invitation_id: str) -> bool:
    return sent.told.people.get(sent.told.invitees.get(invitation_id, "")) == person_id


def mandate(change: Change, sent: Sent, _: Proved | None) -> str:
    row, owner, act = change.row, sent.changes_account(f"{MANDATES}/act"), sent.query.get("a")
    if not owner:
        return "no fresh sign-in"
    if change.kind == "insert":
        offer = sent.kept["mandate_invitations"].get((sent.query.get("i"),))
        is_open = offer is not None and offer["closed_at"] is None and sent.now < offer["expires_at"]
        is_taken = act == "take" and sent.field("go") == "yes" and row["delegate_id"] == owner
        is_theirs = is_taken and is_open and _is_invited(sent, owner, sent.query.get("i", ""))
        return "" if is_theirs else "it was not offered to them, or they did not take it"
    if act == "end" and row["mandate_id"] != sent.query.get("i"):
        return "another one was named"
    is_concerned = row["delegate_id"] == owner or _manages(sent, owner, row["principal_id"])
    return "" if act in {"end", "confirm"} and is_concerned else "no business of theirs"


def removal(change: Change, sent: Sent, _: Proved | None) -> str:
    if change.columns == {"closed_at", "closed_by"} and change.row["proposed_by"] in ends_what_waits(sent):
        return ""
    owner = sent.changes_account(f"{MANDATES}/act")
    return "" if owner and _manages(sent, owner, change.row["principal_id"]) else "no business of theirs"
