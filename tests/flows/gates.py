"""Which gates stand before each write: for every row that came, went or changed, why this request may have done it.

A gate returns what was missing, in words; nothing is good. A write that no gate knows is wrong.
"""

from collections.abc import Callable, Iterator, Mapping

from idp.grants.rows import grant_facts
from idp.people.contacts import CODE_DIGITS
from idp.protocol.assurance import CROSS_DEVICE, Acr
from tests.flows.kept import Change, Kept, Row, changes
from tests.flows.proving import CALLBACK, Proved, right_step
from tests.flows.sent import LIFE, PASSKEYS, Sent, session_amr

METHODS = "/account/methods"
CONTACTS = "/account/contacts"
MANDATES = "/account/mandates"
NOT_ME = "/account/history/not-me"
_OWN_WAYS = (f"{METHODS}/password", f"{METHODS}/totp", f"{METHODS}/remove", f"{METHODS}/recovery-codes")
_PROVING = frozenset({"cookie", "auth_time", "acr", "amr", "idp", "ial", "realm", "degraded", "person_id"})
_OF_PROFILE = frozenset({"profile", "updated_at", "name_fold", "birth_year", "commune_code", "account_level"})
_CITY = "haiphong"

Gate = Callable[[Change, Sent, Proved | None], str]


def wrong_writes(sent: Sent, after: Kept, proved: Proved | None) -> Iterator[str]:
    """Yield every write that a gate should have stopped."""
    for change in changes(sent.kept, after):
        missing = GATES[change.table](change, sent, proved)
        if missing:
            what = f"{change.kind} in {change.table} {sorted(change.columns)}"
            yield f"{what} by {sent.method} {sent.path}: {missing}"


def _who(change: Change, person_id: str, missing: str) -> str:
    return "" if person_id and change.row["person_id"] == person_id else missing


def _session(change: Change, sent: Sent, proved: Proved | None) -> str:
    row = change.row
    if change.kind == "delete":
        return "a session is kept until it is erased"
    if change.before is None or change.columns & _PROVING:
        return _begun(change, sent, proved)
    if "ended_at" in change.columns:
        if proved is None and not sent.is_own_form:
            return "no form of this browser asked for it"
        before = change.before["ended_at"]
        me = sent.told.sessions.get(sent.cookies.get("hpid-session", ""), ("", b""))[0]
        mine = sent.me["person_id"] if sent.me is not None else ""
        is_own = row["session_id"] == me or row["person_id"] in {mine, proved.person_id if proved else ""}
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


def _password_proof(change: Change, sent: Sent, proved: Proved | None) -> str:
    row = change.row
    if change.columns == {"spent_at"} and change.before is not None and change.before["spent_at"] is None:
        is_theirs = proved is not None and proved.person_id == row["person_id"]
        is_changed = sent.changes_account(*_OWN_WAYS) == row["person_id"]
        return "" if is_theirs or is_changed else "used up without a proof"
    if proved is None or proved.amr != ("pwd",) or not proved.is_half:
        return "no password was right that waits for a second factor"
    return "" if row["interaction_id"] == sent.interaction else "of another interaction"


def _disowned(change: Change, sent: Sent) -> str:
    """What somebody else may have, its owner puts to sleep by disputing: no fresh sign-in is asked for."""
    return _who(change, sent.changes_account(NOT_ME, is_fresh=False), "nobody disowned anything")


def _password(change: Change, sent: Sent, _: Proved | None) -> str:
    if change.columns == {"compromised_at"}:
        return _disowned(change, sent)
    owner = sent.changes_account(f"{METHODS}/password", f"{METHODS}/remove")
    if change.kind == "delete" and sent.path.endswith("/remove") and sent.query.get("m") != "password":
        return "something else was to be removed"
    return _who(change, owner, "no fresh sign-in of its owner")


def _totp(change: Change, sent: Sent, proved: Proved | None) -> str:
    if change.columns == {"last_step"}:
        is_theirs = proved is not None and proved.person_id == change.row["person_id"]
        return "" if is_theirs and proved is not None and "otp" in proved.amr else "no code was right"
    if change.columns == {"asleep_since"}:
        return _disowned(change, sent)
    owner = sent.changes_account(f"{METHODS}/totp", f"{METHODS}/remove")
    if change.kind == "delete":
        is_meant = sent.path.endswith("/remove") and sent.query.get("m") == "totp"
        return _who(change, owner, "no fresh sign-in of its owner") if is_meant else "not asked for"
    setup = sent.told.setups.get(sent.field("setup"))
    if setup is None or setup.person_id != owner or sent.now > setup.at + LIFE.interaction:
        return "this secret was not shown to its owner of late"
    if right_step(setup.secret, sent.field("otp"), sent.now.timestamp()) is None:
        return "no code of the secret was right"
    return _who(change, owner, "no fresh sign-in of its owner")


def _recovery_code(change: Change, sent: Sent, proved: Proved | None) -> str:
    if change.columns == {"spent_at"}:
        is_theirs = proved is not None and proved.person_id == change.row["person_id"]
        return "" if is_theirs and proved is not None and "recovery" in proved.amr else "no code was right"
    if change.kind == "delete" and sent.path == NOT_ME:
        return _disowned(change, sent)
    if sent.path == "/sign-in/recovery/kept":
        kept = sent.told.kept_codes.get(sent.field("kept"))
        mine = sent.me["person_id"] if sent.me is not None else ""
        is_whole = sent.is_own_form and bool(sent.interaction) and kept is not None and kept[0] == mine
        return _who(change, mine, "another's") if is_whole else "the new code was not shown here"
    return _who(change, sent.changes_account(*_OWN_WAYS[2:]), "no fresh sign-in of its owner")


def _passkey(change: Change, sent: Sent, proved: Proved | None) -> str:
    if change.columns and change.columns <= {"sign_count", "last_used_at", "is_backed_up"}:
        is_theirs = proved is not None and proved.person_id == change.row["person_id"]
        return "" if is_theirs and proved is not None and "user" in proved.amr else "no answer was right"
    if change.columns == {"ended_at"} and sent.path == NOT_ME:
        return _disowned(change, sent)
    act = {"insert": "add", "update": "remove" if "ended_at" in change.columns else "rename"}.get(
        change.kind, ""
    )
    owner = sent.changes_account(f"{PASSKEYS}/{act}")
    if act == "add":
        answer, sealed = sent.told.signed.get(sent.field("credential")), sent.field("challenge")
        me = sent.me
        if answer is None or answer.challenge != sealed or sealed in sent.told.spent:
            return "no device was asked, or it was used before"
        if me is None or sent.told.challenges.get(sealed) != me["session_id"]:
            return "asked in another session"
        if Acr(change.row["bound_acr"]).rank > Acr(me["acr"]).rank:
            return "bound above the session it was bound in"
    elif change.row["passkey_id"] != sent.query.get("i"):
        return "another one was named"
    return _who(change, owner, "no fresh sign-in of its owner")


def _contact_code(change: Change, sent: Sent, _: Proved | None) -> str:
    owner = sent.changes_account(CONTACTS, f"{CONTACTS}/code")
    return _who(change, owner, "no fresh sign-in of its owner")


def _contact(change: Change, sent: Sent, _: Proved | None) -> str:
    owner = sent.changes_account(f"{CONTACTS}/code", f"{CONTACTS}/remove", f"{CONTACTS}/sign-in")
    if sent.path == f"{CONTACTS}/sign-in":
        if change.columns != {"signs_in_since"} or change.row["contact_id"] != sent.field("contact"):
            return "another one was named"
    elif change.kind == "delete" and sent.path == f"{CONTACTS}/remove":
        if change.row["contact_id"] != sent.field("contact"):
            return "another one was named"
    elif not _has_right_code(sent, owner):
        return "no code was right"
    return _who(change, owner, "no fresh sign-in of its owner")


def _sign_in_code(change: Change, sent: Sent, proved: Proved | None) -> str:
    if not sent.is_own_form or change.row["interaction_id"] != sent.interaction:
        return "not asked for in this interaction"
    if sent.path == "/sign-in/code/enter":
        is_try = change.kind == "update" and change.columns == {"tries"}
        return "" if is_try or proved is not None else "no code was right"
    return "" if sent.path == "/sign-in/code" and change.kind != "delete" else "not asked for"


def _cross_device(change: Change, sent: Sent, proved: Proved | None) -> str:
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


def _has_right_code(sent: Sent, owner: str) -> bool:
    code = sent.field("otp").replace(" ", "")
    return len(code) == CODE_DIGITS and sent.told.contact_codes.get((owner, sent.field("channel"))) == code


def _consent(change: Change, sent: Sent, _: Proved | None) -> str:
    row = change.row
    if change.columns and change.columns <= {"withdrawn_at", "superseded_at"} and sent.path != "/consent":
        owner = sent.changes_account("/account/services/withdraw", is_fresh=False)
        named = row["client_id"] == sent.field("service")
        return _who(change, owner, "not its owner") if named else "another service was named"
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
    return _who(change, me["person_id"], "another person's")


def _grant(change: Change, sent: Sent, proved: Proved | None) -> str:
    row, me = change.row, sent.me
    if change.kind == "update":
        owners = {proved.person_id if proved else "", me["person_id"] if me is not None else ""}
        known = sent.told.sessions.get(sent.cookies.get("hpid-session", ""), ("", b""))[0]
        is_own = row["person_id"] in owners or row["session_id"] == known
        is_end = change.columns <= {"revoked_at", "revoke_reason", "family_ended_at"}
        return "" if is_own and is_end else "changed by somebody else"
    if change.kind == "delete" or me is None or row["session_id"] != me["session_id"]:
        return "no session here gives it"
    return _given(row, me, sent) or _who(change, me["person_id"], "another person's")


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
    if client_id == "rp-level" and (me["idp"] != "national" or level.rank < Acr.SUBSTANTIAL.rank):
        return "the service asks for more than was proved"
    agreed = {
        one["scope"]
        for one in sent.of_person("consents", row["person_id"])
        if one["client_id"] == client_id
        and one["granted"]
        and not (one["withdrawn_at"] or one["superseded_at"])
    }
    beyond = facts.scopes - agreed - {"openid"}
    return f"nobody agreed to {sorted(beyond)}" if beyond else ""


def _code(change: Change, sent: Sent, _: Proved | None) -> str:
    return "" if change.kind == "insert" and sent.me is not None else "a code goes with its grant"


def _person(change: Change, sent: Sent, proved: Proved | None) -> str:
    if "status" in change.columns:
        owner = sent.changes_account(NOT_ME, is_fresh=False)
        return (
            _who(change, owner, "nobody disowned anything") if sent.field("event") else "no event was named"
        )
    if change.columns and change.columns <= _OF_PROFILE:
        owner = sent.changes_account(f"{CONTACTS}/code", f"{CONTACTS}/remove")
        if owner == change.row["person_id"]:
            return ""
    return _from_there(change, sent, proved)


def _identifier(change: Change, sent: Sent, proved: Proved | None) -> str:
    owner = sent.changes_account(f"{METHODS}/password", f"{CONTACTS}/code", f"{CONTACTS}/remove")
    return "" if owner and owner == change.row["person_id"] else _from_there(change, sent, proved)


def _from_there(change: Change, sent: Sent, proved: Proved | None) -> str:
    """What the national system says of who comes back from it."""
    if sent.path != CALLBACK or proved is None:
        return "nobody came back from the national system"
    if not proved.person_id:
        return "" if change.kind == "insert" else "somebody new changes nobody"
    return _who(change, proved.person_id, "another person came back")


def _ground(change: Change, sent: Sent, _: Proved | None) -> str:
    return _disowned(change, sent)


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


def _invitation(change: Change, sent: Sent, _: Proved | None) -> str:
    row = change.row
    if change.kind == "insert":
        owner = sent.changes_account(f"{MANDATES}/person")
        return (
            "" if owner and _manages(sent, owner, row["principal_id"]) else "nobody who manages it offered it"
        )
    owner, act = sent.changes_account(f"{MANDATES}/act"), sent.query.get("a")
    if change.columns != {"closed_at", "close_reason"} or row["invitation_id"] != sent.query.get("i"):
        return "another one was named"
    is_theirs = _is_invited(sent, owner, row["invitation_id"]) if act == "take" else act == "take-back"
    is_managed = act == "take" or _manages(sent, owner, row["principal_id"])
    return "" if owner and is_theirs and is_managed else "no business of theirs"


def _is_invited(sent: Sent, person_id: str, invitation_id: str) -> bool:
    return sent.told.people.get(sent.told.invitees.get(invitation_id, "")) == person_id


def _mandate(change: Change, sent: Sent, _: Proved | None) -> str:
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


def _removal(change: Change, sent: Sent, _: Proved | None) -> str:
    owner = sent.changes_account(f"{MANDATES}/act")
    return "" if owner and _manages(sent, owner, change.row["principal_id"]) else "no business of theirs"


def _never(_change: Change, _sent: Sent, _proved: Proved | None) -> str:
    return "nobody here does that"


GATES: Mapping[str, Gate] = {
    "codes": _code,
    "consents": _consent,
    "contact_codes": _contact_code,
    "contacts": _contact,
    "cross_device_sign_ins": _cross_device,
    "external_links": _from_there,
    "grants": _grant,
    "life_grounds": _ground,
    "mandate_firms": _never,
    "mandate_invitations": _invitation,
    "mandate_removals": _removal,
    "mandates": _mandate,
    "passkeys": _passkey,
    "password_proofs": _password_proof,
    "passwords": _password,
    "people": _person,
    "person_identifiers": _identifier,
    "recovery_codes": _recovery_code,
    "sessions": _session,
    "sign_in_codes": _sign_in_code,
    "totp": _totp,
}
