"""What a request does to a whole account: it locks it, recovers it, opens it again. Whose, as an outsider knows them."""

from idp.credentials.recovery_code import read_code
from tests.flows.kept import Change
from tests.flows.places import BIND, BY_LINK, CALLBACK, LOCK, LOCK_BY_CODE, NOT_ME, RENEW
from tests.flows.proving import Proved
from tests.flows.sent import LIFE, Sent


def who(change: Change, person_id: str, missing: str) -> str:
    """Return what is missing, unless the row is this person's."""
    return "" if person_id and change.row["person_id"] == person_id else missing


def locks(sent: Sent) -> str:
    """Return whose account this request may lock. What somebody else may have, its owner puts to sleep by disputing: no
    fresh sign-in is asked for."""
    if not sent.is_own_form:
        return ""
    if sent.path == NOT_ME:
        return sent.changes_account(NOT_ME, is_fresh=False) if sent.field("event") else ""
    if sent.path == LOCK:
        return str(sent.me["person_id"]) if sent.me is not None else ""
    if sent.path == LOCK_BY_CODE:
        person_id = sent.told.names.get(sent.field("username").strip().casefold(), "")
        code = read_code(sent.field("recovery-code"))
        return person_id if code in sent.told.codes.get(person_id, ()) else ""
    if sent.path == BY_LINK:
        person_id, until = sent.told.links.get(sent.field("link"), ("", sent.now))
        return person_id if sent.now < until and sent.field("link") not in sent.told.spent else ""
    return ""


def recovers(sent: Sent) -> str:
    """Return whose account this request may recover: fresh from the national system, or by the paper of a desk."""
    if sent.path == RENEW:
        return sent.changes_account(RENEW)
    if sent.path != BIND or not sent.is_own_form:
        return ""
    case_id, at = sent.told.desk_setups.get(sent.field("setup"), ("", sent.now))
    paper = sent.told.papers.get(case_id)
    if paper is None or case_id in sent.told.spent or sent.now >= min(paper.until, at + LIFE.desk_code):
        return ""
    return paper.person_id if sent.status_of(paper.person_id) == "active" else ""


def ends_what_waits(sent: Sent) -> frozenset[str]:
    """Return whose codes on their way, offers and proposals end with a lock or a recovery."""
    return frozenset({locks(sent), recovers(sent)} - {""})


def disputes_address(sent: Sent) -> str:
    """Return who may be rid of an address by saying that they did not add it."""
    return locks(sent) if sent.path in {NOT_ME, BY_LINK} else ""


def loses(sent: Sent, kind: str) -> str:
    """Return who loses factors of a kind by a recovery: at a desk all of them."""
    is_lost = sent.path == BIND or sent.field(f"lost-{kind}") == "yes"
    return recovers(sent) if is_lost else ""


def unlocks(sent: Sent, proved: Proved | None) -> str:
    """Return whose account opens by this return from the national system."""
    is_it = sent.path == CALLBACK and proved is not None and proved.unlocks
    return proved.person_id if proved is not None and is_it else ""
