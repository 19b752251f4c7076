"""What people ask of their data, the copy of it, and closing."""

from tests.flows.gates.acts import recovers, unlocks, who
from tests.flows.kept import Change
from tests.flows.places import DATA
from tests.flows.proving import Proved
from tests.flows.sent import Sent


def request(change: Change, sent: Sent, proved: Proved | None) -> str:
    """A request is its person's; one to close was made for sure, fresh, and not in the day after a recovery.

    Who opens their account again is closed no sooner for it: they are to see that it was asked for. A recovery takes a
    closing back.
    """
    row = change.row
    if change.kind == "delete":
        return "a request is kept"
    if change.columns == {"close_at"} and change.before is not None:
        is_later = change.before["close_at"] is not None and row["close_at"] > change.before["close_at"]
        return who(change, unlocks(sent, proved) if is_later else "", "nobody opened this account again")
    if (
        change.kind == "update"
        and row["state"] == "withdrawn"
        and row["close_at"] is not None
        and recovers(sent)
    ):
        return who(change, recovers(sent), "not its person")
    if change.kind == "update":
        owner = sent.changes_account(f"{DATA}/request/withdraw", is_fresh=False)
        is_named = row["request_id"] == sent.field("request") and row["state"] == "withdrawn"
        return who(change, owner, "not its person") if is_named else "another one was named"
    if row["close_at"] is not None:
        is_sure = sent.field("sure") == "yes"
        owner = sent.changes_account(f"{DATA}/close") if is_sure else ""
        return who(change, owner, "nobody closed their account here")
    owner = sent.changes_account(f"{DATA}/request", is_fresh=False)
    is_asked = row["asked_for"] == sent.field("right") and (row["client_id"] or "") == sent.field("service")
    return who(change, owner, "not its person") if is_asked else "something else was asked for"


def copy(change: Change, sent: Sent, _: Proved | None) -> str:
    """A copy is asked for by its person, fresh; the worker makes it."""
    return who(change, sent.changes_account(f"{DATA}/copy"), "nobody asked for it here")
