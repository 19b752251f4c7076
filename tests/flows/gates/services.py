"""What services get: consent, grants, codes."""

from collections.abc import Mapping
from datetime import timedelta

from idp.grants.rows import grant_facts
from idp.protocol.assurance import Acr
from tests.flows.gates.acts import locks, recovers, who
from tests.flows.kept import Change, Row
from tests.flows.proving import Proved
from tests.flows.sent import Sent

_CITY = "haiphong"
NEEDED: Mapping[str, Acr] = {"rp-level": Acr.SUBSTANTIAL, "rp-high": Acr.HIGH}
"""Levels that services ask for, which city credentials do not reach."""
_HIGH_COUNTS = timedelta(minutes=10)


def consent(change: Change, sent: Sent, _: Proved | None) -> str:
    row = change.row
    if change.columns and change.columns <= {"withdrawn_at", "superseded_at"} and sent.path != "/consent":
        owner = sent.changes_account("/account/services/withdraw", is_fresh=False)
        named = row["client_id"] == sent.field("service")
        return who(change, owner, "not its owner") if named else "another service was named"
    me, begun = sent.me, sent.told.begun.get(sent.interaction)
    if not sent.is_own_form or sent.path != "/consent" or begun is None or me is None:
        return "nobody agreed here"
    if sent.field("decision") != "allow":
        return "nobody said yes"
    if (sent.interaction, me["person_id"], sent.field("shown")) not in sent.told.shown:
        return "these words were not shown to them here"
    ticked = {value for name, value in sent.form if name == "scope"}
    if (
        change.kind == "insert"
        and row["granted"]
        and row["basis"] == "consent"
        and row["scope"] not in ticked
    ):
        return "not ticked"
    if row["client_id"] != begun.client_id:
        return "another service's"
    return who(change, me["person_id"], "another person's")


def grant(change: Change, sent: Sent, proved: Proved | None) -> str:
    row, me = change.row, sent.me
    if change.kind == "update":
        mine = me["person_id"] if me is not None else ""
        owners = {proved.person_id if proved else "", mine, locks(sent), recovers(sent)} - {""}
        known = sent.told.sessions.get(sent.cookies.get("hpid-session", ""), ("", b""))[0]
        is_own = row["person_id"] in owners or row["session_id"] == known
        is_end = change.columns <= {"revoked_at", "revoke_reason", "family_ended_at"}
        return "" if is_own and is_end else "changed by somebody else"
    if change.kind == "delete" or me is None or row["session_id"] != me["session_id"]:
        return "no session here gives it"
    return _given(row, me, sent) or who(change, me["person_id"], "another person's")


def _given(row: Row, me: Row, sent: Sent) -> str:
    """Return why a grant may not be given on this request, in this session."""
    facts, client_id = grant_facts(row["facts"]), sent.query.get("client_id", "") or sent.field("client_id")
    level = Acr.LOW if me["idp"] == _CITY else Acr(me["acr"])
    if facts.acr.rank > level.rank or facts.auth_time != me["auth_time"]:
        return f"{facts.acr} at {facts.auth_time} where {level} was proved at {me['auth_time']}"
    if sent.path == "/authorize/resume":
        begun = sent.told.begun.get(sent.interaction)
        if begun is None or sent.interaction in sent.told.spent:
            return "no interaction is open here"
        if begun.is_fresh and me["auth_time"] < begun.at:
            return "nobody signed in anew"
        client_id = begun.client_id
    elif sent.path != "/authorize":
        return "not asked for"
    if row["client_id"] != client_id:
        return "another service's"
    needed = NEEDED.get(client_id, Acr.LOW)
    if needed is not Acr.LOW and (me["idp"] != "national" or level.rank < needed.rank):
        return "the service asks for more than was proved"
    if needed is Acr.HIGH and sent.now - me["auth_time"] > _HIGH_COUNTS:
        return "high was proved too long ago"
    agreed = {
        one["scope"]
        for one in sent.of_person("consents", row["person_id"])
        if one["client_id"] == client_id
        and one["granted"]
        and not (one["withdrawn_at"] or one["superseded_at"])
    }
    beyond = facts.scopes - agreed - {"openid"}
    return f"nobody agreed to {sorted(beyond)}" if beyond else ""


def code(change: Change, sent: Sent, _: Proved | None) -> str:
    return "" if change.kind == "insert" and sent.me is not None else "a code goes with its grant"
