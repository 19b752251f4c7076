"""One's own ways to sign in: password, authenticator app, recovery codes, passkeys."""

from idp.protocol.assurance import Acr
from tests.flows.gates.acts import locks, loses, recovers, who
from tests.flows.kept import Change
from tests.flows.places import BIND, LOCK_BY_CODE, METHODS, PASSKEYS, RENEW
from tests.flows.proving import Proved, right_step
from tests.flows.sent import LIFE, Sent

OWN_WAYS = (f"{METHODS}/password", f"{METHODS}/totp", f"{METHODS}/remove", f"{METHODS}/recovery-codes")


def password(change: Change, sent: Sent, _: Proved | None) -> str:
    if change.columns == {"compromised_at"}:
        return who(change, locks(sent), "nobody disowned anything")
    if sent.path in {RENEW, BIND}:
        owner = loses(sent, "password") if change.kind == "delete" or sent.path == RENEW else recovers(sent)
        return who(change, owner, "nobody recovered this account")
    owner = sent.changes_account(f"{METHODS}/password", f"{METHODS}/remove")
    if change.kind == "delete" and sent.path.endswith("/remove") and sent.query.get("m") != "password":
        return "something else was to be removed"
    return who(change, owner, "no fresh sign-in of its owner")


def totp(change: Change, sent: Sent, proved: Proved | None) -> str:
    if change.columns == {"last_step"}:
        is_theirs = proved is not None and proved.person_id == change.row["person_id"]
        return "" if is_theirs and proved is not None and "otp" in proved.amr else "no code was right"
    if change.columns == {"asleep_since"}:
        return who(change, locks(sent), "nobody disowned anything")
    if change.kind == "delete" and sent.path in {RENEW, BIND}:
        return who(change, loses(sent, "totp"), "nobody lost it")
    owner = (
        recovers(sent) if sent.path == BIND else sent.changes_account(f"{METHODS}/totp", f"{METHODS}/remove")
    )
    if change.kind == "delete":
        is_meant = sent.path.endswith("/remove") and sent.query.get("m") == "totp"
        return who(change, owner, "no fresh sign-in of its owner") if is_meant else "not asked for"
    setup = sent.told.setups.get(sent.field("setup"))
    if setup is None or setup.person_id != owner or sent.now > setup.at + LIFE.interaction:
        return "this secret was not shown to its owner of late"
    if right_step(setup.secret, sent.field("otp"), sent.now.timestamp()) is None:
        return "no code of the secret was right"
    return who(change, owner, "no fresh sign-in of its owner")


def recovery_code(change: Change, sent: Sent, proved: Proved | None) -> str:
    if change.columns == {"spent_at"}:
        is_theirs = proved is not None and proved.person_id == change.row["person_id"]
        is_used = is_theirs and proved is not None and "recovery" in proved.amr
        is_to_lock = sent.path == LOCK_BY_CODE and locks(sent) == change.row["person_id"]
        return "" if is_used or is_to_lock else "no code was right"
    if change.kind == "delete" and sent.path in {RENEW, BIND}:
        return who(change, loses(sent, "recovery-codes"), "nobody lost them")
    if change.kind == "delete" and locks(sent):
        return who(change, locks(sent), "nobody disowned anything")
    if sent.path == "/sign-in/recovery/kept":
        kept = sent.told.kept_codes.get(sent.field("kept"))
        mine = sent.me["person_id"] if sent.me is not None else ""
        is_whole = sent.is_own_form and bool(sent.interaction) and kept is not None and kept[0] == mine
        return who(change, mine, "another's") if is_whole else "the new code was not shown here"
    return who(change, sent.changes_account(*OWN_WAYS[2:]), "no fresh sign-in of its owner")


def passkey(change: Change, sent: Sent, proved: Proved | None) -> str:
    if change.columns and change.columns <= {"sign_count", "last_used_at", "is_backed_up"}:
        is_theirs = proved is not None and proved.person_id == change.row["person_id"]
        return "" if is_theirs and proved is not None and "user" in proved.amr else "no answer was right"
    if change.columns == {"ended_at"} and locks(sent):
        return who(change, locks(sent), "nobody disowned anything")
    if change.columns == {"ended_at"} and sent.path in {RENEW, BIND}:
        return who(change, loses(sent, "passkeys"), "nobody lost it")
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
    return who(change, owner, "no fresh sign-in of its owner")
