"""Beginning an epoch: whatever could be used once and was unused in the back-up may have been used since (adr/0027).

It counts no more: codes, requests at rest, refresh generations, sessions, links, tokens that register, offers of
mandates, steps of TOTP, recovery codes, codes that prove an address or were handed out at a desk, links of notices,
sign-ins that wait to be confirmed on a phone, copies of people's data. Accounts that were to close wait anew.
Grants, consents and the record stay as they were. What leaves no row (access tokens, client assertions, interactions in
a cookie) is refused by its own time, which nodes compare with the epoch's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Delete,
    Integer,
    TableClause,
    Text,
    Update,
    case,
    column,
    delete,
    func,
    literal,
    select,
    table,
    update,
)

from idp.database import UtcTime

END_REASON = "restored from a back-up"
_TOTP_STEP = timedelta(seconds=30)
_codes = table("codes", column("expires_at", UtcTime), column("spent_at", UtcTime))
_grants = table("grants", column("family_ended_at", UtcTime), column("expires_at", UtcTime))
_sessions = table(
    "sessions", column("ended_at", UtcTime), column("end_reason", Text), column("expires_at", UtcTime)
)
_pushed_requests = table("pushed_requests", column("digest"))
_journeys = table("upstream_journeys", column("spent_at", UtcTime))
_proofs = table("password_proofs", column("spent_at", UtcTime))
_links = table("links", column("spent_at", UtcTime))
_offers = table(
    "mandate_invitations",
    column("closed_at", UtcTime),
    column("close_reason", Text),
)
_removals = table("mandate_removals", column("closed_at", UtcTime))
_merges = table("merges", column("state", Text), column("expires_at", UtcTime))
_invitations = table("invitations", column("uses_left", Integer))
_recovery_codes = table("recovery_codes", column("spent_at", UtcTime))
_contact_codes = table("contact_codes", column("digest"))
_dispute_links = table("dispute_links", column("digest"))
_sign_in_codes = table("sign_in_codes", column("digest"))
_cross_device = table("cross_device_sign_ins", column("code"))
_desk_cases = table("desk_cases", column("used_at", UtcTime), column("expires_at", UtcTime))
_data_copies = table("data_copies", column("copy_id"))
_data_requests = table("data_requests", column("close_at", UtcTime), column("closed_at", UtcTime))
_CLOSING_PUT_OFF = timedelta(days=7)
"""What was taken back after the back-up stands there as if it were not: there is time to take it back again."""
_totp = table("totp", column("last_step", BigInteger))
_config = table(
    "config_version",
    column("version", BigInteger),
    column("epoch", BigInteger),
    column("epoch_began_at", UtcTime),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """What of the back-up counts no more."""

    sessions: int
    refresh_families: int
    codes: int
    requests: int
    links: int
    invitations: int
    offers: int
    """Mandates that waited to be taken, ends of mandates and merges of records that waited to be confirmed."""


def epoch_of(connection: Connection) -> int:
    """Return the number of the epoch: how often the database was restored."""
    number: int = connection.execute(select(func.coalesce(func.max(_config.c.epoch), 0))).scalar_one()
    return number


def begin_epoch(connection: Connection, *, number: int, at: datetime) -> Died:
    """End everything of before, and note since when that is so."""

    def count(*statements: Update | Delete) -> int:
        return sum(connection.execute(one).rowcount for one in statements)

    died = Died(
        sessions=count(_end_sessions(at)),
        refresh_families=count(_end_families(at)),
        codes=count(_expire(_codes, at, _codes.c.spent_at.is_(None))),
        requests=count(delete(_pushed_requests)),
        links=count(_spend(_links, at)),
        invitations=count(update(_invitations).where(_invitations.c.uses_left > 0).values(uses_left=0)),
        offers=count(
            _close(_offers, at, close_reason=END_REASON),
            _close(_removals, at),
            _expire(_merges, at, _merges.c.state == "proposed"),
        ),
    )
    sent = (_contact_codes, _sign_in_codes, _dispute_links, _cross_device, _data_copies)
    count(*(delete(one) for one in sent))
    count(_expire(_desk_cases, at, _desk_cases.c.used_at.is_(None)), _put_off_closings(at))
    count(*(_spend(one, at) for one in (_journeys, _proofs, _recovery_codes)))
    count(_pass_totp_steps(at))
    count(update(_config).values(version=_version(at), epoch=number, epoch_began_at=at))
    return died


def _end_sessions(at: datetime) -> Update:
    expires_at = _sessions.c.expires_at
    earlier = case((expires_at < at, expires_at), else_=literal(at, UtcTime))
    ended = {"ended_at": at, "end_reason": END_REASON, "expires_at": earlier}
    return update(_sessions).where(_sessions.c.ended_at.is_(None)).values(ended)


def _end_families(at: datetime) -> Update:
    is_open = (_grants.c.family_ended_at.is_(None), _grants.c.expires_at > at)
    return update(_grants).where(*is_open).values(family_ended_at=at)


def _expire(of: TableClause, at: datetime, is_unused: ColumnElement[bool]) -> Update:
    """End the time of what is unused. Expired and not spent: whoever brings it is refused, and not taken for a thief."""
    return update(of).where(is_unused, of.c.expires_at > at).values(expires_at=at)


def _spend(of: TableClause, at: datetime) -> Update:
    return update(of).where(of.c.spent_at.is_(None)).values(spent_at=at)


def _close(of: TableClause, at: datetime, **more: object) -> Update:
    return update(of).where(of.c.closed_at.is_(None)).values(closed_at=at, **more)


def _put_off_closings(at: datetime) -> Update:
    """Close no account before its person could take that back again."""
    waits = (_data_requests.c.closed_at.is_(None), _data_requests.c.close_at.is_not(None))
    return update(_data_requests).where(*waits).values(close_at=literal(at + _CLOSING_PUT_OFF, UtcTime))


def _pass_totp_steps(at: datetime) -> Update:
    step = int(at.timestamp()) // int(_TOTP_STEP.total_seconds()) + 1  # codes are taken one step ahead
    return update(_totp).where(_totp.c.last_step < step).values(last_step=step)


def _version(at: datetime) -> ColumnElement[int]:
    """Return a version that no node knows which lived through this, though none should: microseconds since 1970.

    Counting on from the file's own would give the same again when one file is restored twice.
    """
    moment = literal(int(at.timestamp()) * 1_000_000, BigInteger)
    return case((_config.c.version < moment, moment), else_=_config.c.version + 1)
