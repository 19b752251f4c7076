"""Sessions, what waits half way to one, and the browsers people are known in."""

from idp.protocol.assurance import CROSS_DEVICE, Acr
from tests.flows.gates.acts import locks, recovers, who
from tests.flows.gates.factors import OWN_WAYS
from tests.flows.kept import Change
from tests.flows.places import DEVICES, SESSIONS, SIGN_OUT
from tests.flows.proving import Proved
from tests.flows.sent import Sent, session_amr

_PROVING = frozenset({"cookie", "auth_time", "acr", "amr", "idp", "ial", "realm", "degraded", "person_id"})
_OF_BROWSER = frozenset({"cookie", "renewed_at"})
"""What changes for everybody who is known in a browser."""
_CITY = "haiphong"


def session(change: Change, sent: Sent, proved: Proved | None) -> str:
    row = change.row
    if change.kind == "delete":
        return "a session is kept until it is erased"
    if change.before is not None and change.columns == {"acr"} and recovers(sent) == row["person_id"]:
        return "" if Acr(row["acr"]).rank < Acr(change.before["acr"]).rank else "raised by a recovery"
    if change.before is None or change.columns & _PROVING:
        return _begun(change, sent, proved)
    if "ended_at" in change.columns:
        if proved is None and not sent.is_own_form:
            return "no form of this browser asked for it"
        before = change.before["ended_at"]
        me = sent.told.sessions.get(sent.cookies.get("hpid-session", ""), ("", b""))[0]
        mine = sent.me["person_id"] if sent.me is not None else ""
        owners = {mine, proved.person_id if proved else "", locks(sent), recovers(sent)} - {""}
        is_own = row["session_id"] == me or row["person_id"] in owners
        return "" if before is None and is_own else "ended by somebody else, or ended again"
    return ""


def _begun(change: Change, sent: Sent, proved: Proved | None) -> str:
    row = change.row
    if proved is None or proved.is_half:
        return "nobody was proved"
    if proved.person_id and row["person_id"] != proved.person_id:
        return "another person was proved"
    if row["idp"] != proved.idp or Acr(row["acr"]).rank > proved.acr.rank:
        return f"{row['idp']} {row['acr']} where {proved.idp} {proved.acr} was proved"
    at = proved.at or (sent.now if proved.idp == _CITY else row["auth_time"])
    if row["auth_time"] > sent.now or row["auth_time"] != at:
        return "not at that time"
    return "" if row["ended_at"] is None else "begun and ended at once"


def password_proof(change: Change, sent: Sent, proved: Proved | None) -> str:
    row = change.row
    if change.columns == {"spent_at"} and change.before is not None and change.before["spent_at"] is None:
        is_theirs = proved is not None and proved.person_id == row["person_id"]
        owners = {sent.changes_account(*OWN_WAYS), locks(sent), recovers(sent)}
        return "" if is_theirs or row["person_id"] in owners else "used up without a proof"
    if proved is None or proved.amr != ("pwd",) or not proved.is_half:
        return "no password was right that waits for a second factor"
    return "" if row["interaction_id"] == sent.interaction else "of another interaction"


def sign_in_code(change: Change, sent: Sent, proved: Proved | None) -> str:
    if not sent.is_own_form or change.row["interaction_id"] != sent.interaction:
        return "not asked for in this interaction"
    if sent.path == "/sign-in/code/enter":
        is_try = change.kind == "update" and change.columns == {"tries"}
        return "" if is_try or proved is not None else "no code was right"
    return "" if sent.path == "/sign-in/code" and change.kind != "delete" else "not asked for"


def cross_device(change: Change, sent: Sent, proved: Proved | None) -> str:
    row = change.row
    if sent.path == "/sign-in/qr":
        is_asked = sent.is_own_form and row["interaction_id"] == sent.interaction
        return "" if is_asked and row["standing"] == "waiting" else "not asked for in this interaction"
    if row["standing"] == "spent":
        is_theirs = proved is not None and proved.confirms == row["interaction_id"]
        return "" if is_theirs else "no phone had confirmed it"
    if row["standing"] == "confirmed":
        return "" if confirms(sent) == row["interaction_id"] else "no phone gave its number"
    return "" if sent.path.startswith("/q/") or sent.path == "/sign-in/qr/confirmed" else "not asked for"


def confirms(sent: Sent) -> str:
    """Return the interaction for which this phone gives the number of the screen; else nothing."""
    interaction, number = sent.told.waiting.get(sent.path.removeprefix("/q/"), ("", ""))
    me = sent.me
    is_right = sent.is_own_form and me is not None and sent.field("number") == number
    is_own = me is not None and CROSS_DEVICE not in session_amr(me)
    return interaction if is_right and is_own and sent.field("decision") != "not-me" else ""


def device(change: Change, sent: Sent, proved: Proved | None) -> str:
    """A browser is known to whoever signed in in it; forgotten by its person, a lock, a recovery; called own by them."""
    row, owner = change.row, sent.changes_account(DEVICES, SESSIONS, is_fresh=False)
    if proved is not None and not proved.is_half and change.kind != "delete":
        return (
            ""
            if proved.person_id in {"", row["person_id"]} or change.columns <= _OF_BROWSER
            else "another was proved"
        )
    if change.kind == "delete":
        is_named = sent.path == DEVICES and row["device_id"] == sent.field("device")
        is_other = sent.path == SESSIONS and sent.field("session") == "others"
        is_all = (
            sent.path == SIGN_OUT
            and sent.is_own_form
            and sent.me is not None
            and sent.field("where") == "all"
        )
        if is_all:
            return who(change, str(sent.me["person_id"]) if sent.me is not None else "", "another's")
        forgets = {locks(sent), recovers(sent)} | ({owner} if is_named or is_other else set())
        is_theirs = row["person_id"] in forgets
        return "" if is_theirs else "its person did not forget it"
    is_named = sent.path == DEVICES and row["device_id"] == sent.field("device")
    if change.columns == {"acknowledged_at"} and is_named and sent.field("do") == "was-me":
        return who(change, owner, "not its person's word")
    return "nobody signed in here"
