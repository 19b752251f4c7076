"""The person: record, names, links, locks and their cases, recoveries."""

from tests.flows.gates.acts import disputes_address, locks, recovers, unlocks, who
from tests.flows.kept import Change
from tests.flows.places import BIND, CALLBACK, CONTACTS, DATA, DESK, HISTORY, METHODS
from tests.flows.proving import Proved, came_back
from tests.flows.sent import Sent

_OF_PROFILE = frozenset({"profile", "updated_at", "name_fold", "birth_year", "commune_code", "account_level"})
_RESTRICTING = (f"{DATA}/request", f"{DATA}/request/withdraw", f"{DATA}/restriction")


def person(change: Change, sent: Sent, proved: Proved | None) -> str:
    if "status" in change.columns:
        owner = unlocks(sent, proved) if change.row["status"] == "active" else locks(sent)
        return who(change, owner, "its holder did not say so")
    if change.columns == {"restricted_at"}:
        owner = sent.changes_account(*_RESTRICTING, is_fresh=False)
        return who(change, owner, "its holder did not ask for it")
    if change.columns and change.columns <= _OF_PROFILE:
        owner = sent.changes_account(f"{CONTACTS}/code", f"{CONTACTS}/remove")
        if change.row["person_id"] in {owner, disputes_address(sent)}:
            return ""
    return from_there(change, sent, proved)


def identifier(change: Change, sent: Sent, proved: Proved | None) -> str:
    owner = sent.changes_account(f"{METHODS}/password", f"{CONTACTS}/code", f"{CONTACTS}/remove")
    if sent.path == BIND:
        owner = recovers(sent)
    owners = {owner, disputes_address(sent)} - {""}
    return "" if change.row["person_id"] in owners else from_there(change, sent, proved)


def from_there(change: Change, sent: Sent, proved: Proved | None) -> str:
    """What the national system says of who comes back from it."""
    if sent.path != CALLBACK or proved is None:
        return "nobody came back from the national system"
    if not proved.person_id:
        return "" if change.kind == "insert" else "somebody new changes nobody"
    return who(change, proved.person_id, "another person came back")


def link(change: Change, sent: Sent, proved: Proved | None) -> str:
    """The account elsewhere; that it was used is noted of who may not sign in, too."""
    back = came_back(sent)
    if change.columns == {"last_used_at"} and back is not None:
        return who(change, sent.told.people.get(back.number, ""), "another's")
    return from_there(change, sent, proved)


def ground(change: Change, sent: Sent, proved: Proved | None) -> str:
    """Why an account is locked: its holder's word, and what undoes it."""
    row = change.row
    if row["ground"] != "by-the-holder" or change.kind == "delete":
        return "no holder's word"
    is_lifted = change.kind == "update" and row["lifted_at"] is not None
    return who(change, unlocks(sent, proved) if is_lifted else locks(sent), "its holder did not say so")


def case(change: Change, sent: Sent, proved: Proved | None) -> str:
    """A case is opened by who locks or asks, and settled by who unlocks."""
    if proved is not None and proved.person_id == change.row["person_id"] and change.kind == "insert":
        return ""  # what was odd about a sign-in
    asks = sent.changes_account(f"{HISTORY}/ask-why", is_fresh=False)
    owners = {locks(sent), asks, unlocks(sent, proved)} - {""}
    return "" if change.kind != "delete" and change.row["person_id"] in owners else "nobody asked for it"


def dispute_link(change: Change, sent: Sent, _: Proved | None) -> str:
    """Links of mails come by the mail alone, and go with the first that is used."""
    return who(change, locks(sent) if change.kind == "delete" else "", "no link was used")


def hold(change: Change, sent: Sent, _: Proved | None) -> str:
    """Acts are held back by a recovery, and never let go early."""
    is_shorter = change.before is not None and change.row["until"] < change.before["until"]
    owner = "" if is_shorter or change.kind == "delete" else recovers(sent)
    return who(change, owner, "nobody recovered this account")


def desk_case(change: Change, sent: Sent, _: Proved | None) -> str:
    """A code on paper: tried, and spent with what it binds."""
    if change.columns == {"tries"}:
        return "" if sent.is_own_form and sent.path in {DESK, BIND} else "not tried"
    if change.columns == {"expires_at"} and change.before is not None:
        is_ended = change.row["expires_at"] < change.before["expires_at"]
        owners = {recovers(sent), locks(sent)} - {""}
        return "" if is_ended and change.row["person_id"] in owners else "its person did not end it"
    is_spent = change.columns == {"used_at"} and sent.path == BIND
    return who(change, recovers(sent) if is_spent else "", "its code was not given")
