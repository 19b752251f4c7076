"""The session that begins by what the national system proved: what it is worth, and whether it is so still.

Used by upstream_callback.py, in the last transaction of a return from there.
"""

from datetime import datetime, timedelta

from federation.upstream import ExternalIdentity
from idp.audit.occasion import Occasion
from idp.database import Done, Refused
from idp.people.service import Recognised
from idp.protocol.assurance import national_acr
from idp.protocol.errors import InvalidRequest, Refusal, ToPage
from idp.risk.model import Arrival
from idp.sessions.service import Begun, Proof, refuse_sign_in, start_session
from idp.settings import Lifetimes
from idp.transaction import Tx
from idp.upstreams.model import NATIONAL, upstream_session

NOT_OPEN = "this sign-in is not open in this browser"


def proof_of(
    recognised: Recognised, identity: ExternalIdentity, *, asked_at: datetime, now: datetime
) -> Proof:
    """Return what was proved there and when: after this request began, however slow a clock there is (adr/0015)."""
    return Proof(
        person_id=recognised.person.person_id,
        auth_time=min(max(identity.auth_time, asked_at), now),
        acr=national_acr(identity.loa, identity.account_level),
        amr=identity.amr or ("user",),
        ial=identity.account_level or 0,
        idp=NATIONAL,
        upstream_sid=None if identity.sid is None else upstream_session(identity.issuer, identity.sid),
    )


def begin_session(
    tx: Tx,
    *,
    identity: ExternalIdentity,
    proof: Proof,
    cookie: str | None,
    arrival: Arrival,
    life: Lifetimes,
    occasion: Occasion,
) -> Done[Begun] | Refused:
    """Begin the session, unless what it comes from was ended there meanwhile (Back-Channel Logout 1.0 §2.7)."""
    is_over = identity.sid is not None and tx.upstream_logouts.is_over(
        identity.issuer, identity.sid, occasion.now
    )
    # after it, as the sign-out does: one of the two sees the other, in no circle
    tx.people.lock(proof.person_id)
    if is_over or _is_signed_out(tx, identity, life.upstream_answer):
        tx.audit.add(
            occasion.sign_in_refused(
                proof.person_id,
                reason="signed out at the national system meanwhile",
                factor=proof.factor,
            )
        )
        return Refused(Refusal(InvalidRequest(NOT_OPEN), ToPage(case="expired")))
    if not _is_still_theirs(tx, identity, proof):
        return refuse_sign_in(tx, proof.person_id, factor=proof.factor, occasion=occasion)
    return start_session(tx, proof, cookie=cookie, arrival=arrival, life=life, occasion=occasion)


def _is_still_theirs(tx: Tx, identity: ExternalIdentity, proof: Proof) -> bool:
    """Tell whether the account there is still of whom it was when they were recognised: a split may have come between.

    A record merged or closed meanwhile is not for here: it begins no session anyway.
    """
    link = tx.upstreams.find(identity.issuer, identity.subject)
    return link is None or tx.people.standing_id(link.person_id) == tx.people.standing_id(proof.person_id)


def _is_signed_out(tx: Tx, identity: ExternalIdentity, on_the_way: timedelta) -> bool:
    """Tell whether they were signed out there by name since they signed in: of all sessions, or of nameless ones."""
    for of_all in (True,) if identity.sid is not None else (True, False):
        until = tx.upstream_logouts.signed_out_until(identity.issuer, identity.subject, of_all=of_all)
        if until is not None and identity.auth_time <= until - on_the_way:
            return True
    return False
