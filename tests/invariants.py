"""What holds of a population at every moment at which nothing runs: each a function over a read transaction.

An invariant returns what breaks it, in words; nothing is good. Jobs that time calls for must have run before (mandates
whose term is over, papers that ended). They are written as queries of their own, not by the code they look at.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from idp.ids import PersonId
from idp.people.ages import of_age_at

Rows = list[Any]
_UTC_MICROSECONDS = 1_000_000


def no_session_of_the_dead_or_locked(tx: Any, now: datetime) -> Iterator[str]:
    """Nobody dead or locked has a session that was not ended."""
    yield from _found(
        tx,
        "SELECT s.session_id AS what FROM sessions s JOIN people p"
        " ON p.bucket = s.bucket AND p.person_id = s.person_id WHERE s.ended_at IS NULL AND p.status <> 'active'",
    )


def no_grant_of_the_dead_or_locked(tx: Any, now: datetime) -> Iterator[str]:
    """Nobody dead or locked holds a grant that was not revoked, offline or not: none wakes up when a lock ends."""
    yield from _found(
        tx,
        "SELECT g.grant_id AS what FROM grants g JOIN people p"
        " ON p.bucket = g.bucket AND p.person_id = g.person_id"
        " WHERE g.revoked_at IS NULL AND g.expires_at > :now AND p.status <> 'active'",
        now=_micros(now),
    )


def nobody_acts_for_a_dead_or_locked_ward(tx: Any, now: datetime) -> Iterator[str]:
    """No grant goes on that was given for somebody dead or locked."""
    yield from _found(
        tx,
        "SELECT g.grant_id AS what FROM grants g JOIN people p ON p.person_id = g.principal_id"
        " WHERE g.revoked_at IS NULL AND g.expires_at > :now AND p.status <> 'active'",
        now=_micros(now),
    )


def no_mandate_of_or_for_the_dead(tx: Any, now: datetime) -> Iterator[str]:
    """No mandate goes on that somebody dead holds, or that is for somebody dead."""
    yield from _found(
        tx,
        "SELECT m.mandate_id AS what FROM mandates m JOIN people p"
        " ON (p.person_id = m.delegate_id OR (m.principal_kind = 'person' AND p.person_id = m.principal_id))"
        " WHERE m.ended_at IS NULL AND (m.valid_to IS NULL OR m.valid_to > :now) AND p.status = 'deceased'",
        now=_micros(now),
    )


def nothing_for_a_dissolved_organisation(tx: Any, now: datetime) -> Iterator[str]:
    """A dissolved organisation has no grant, no mandate, no firm, no client: nothing but its archive."""
    given = {"now": _micros(now)}
    yield from _found(
        tx,
        "SELECT g.grant_id AS what FROM grants g JOIN organisations o ON o.organisation_id = g.principal_id"
        " LEFT JOIN mandates m ON m.mandate_id = g.context_id"
        " WHERE g.revoked_at IS NULL AND g.expires_at > :now AND o.status = 'dissolved'"
        " AND coalesce(m.role, '') <> 'archive'",
        **given,
    )
    yield from _found(
        tx,
        "SELECT m.mandate_id AS what FROM mandates m JOIN organisations o"
        " ON o.organisation_id = m.principal_id OR o.organisation_id = m.through_id"
        " WHERE m.ended_at IS NULL AND (m.valid_to IS NULL OR m.valid_to > :now) AND o.status = 'dissolved'"
        " AND (m.role <> 'archive' OR m.through_id IS NOT NULL)",
        **given,
    )
    yield from _found(
        tx,
        "SELECT f.appointment_id AS what FROM mandate_firms f JOIN organisations o"
        " ON o.organisation_id = f.principal_id OR o.organisation_id = f.firm_id"
        " WHERE f.ended_at IS NULL AND f.valid_to > :now AND o.status = 'dissolved'",
        **given,
    )


def an_archive_is_of_what_is_dissolved(tx: Any, now: datetime) -> Iterator[str]:
    """An archive is left of a dissolved organisation alone, comes as from its register, and has an end."""
    yield from _found(
        tx,
        "SELECT m.mandate_id AS what FROM mandates m LEFT JOIN organisations o"
        " ON o.organisation_id = m.principal_id AND m.principal_kind = 'organisation'"
        " WHERE m.role = 'archive' AND m.ended_at IS NULL AND (m.valid_to IS NULL OR (m.valid_to > :now"
        " AND (m.source <> 'register' OR coalesce(o.status, '') <> 'dissolved')))",
        now=_micros(now),
    )


def no_grant_outlives_its_mandate(tx: Any, now: datetime) -> Iterator[str]:
    """Whatever was granted under a mandate ends with it, and is given no longer than it lasts."""
    yield from _found(
        tx,
        "SELECT g.grant_id AS what FROM grants g JOIN mandates m ON m.mandate_id = g.context_id"
        " WHERE g.revoked_at IS NULL AND g.expires_at > :now"
        " AND (m.ended_at IS NOT NULL OR m.valid_to <= :now)",
        now=_micros(now),
    )


def at_most_two_administrators(tx: Any, now: datetime) -> Iterator[str]:
    """An organisation has two administrators at most."""
    yield from _found(
        tx,
        "SELECT m.principal_id AS what FROM mandates m WHERE m.role = 'administrator' AND m.ended_at IS NULL"
        " AND (m.valid_to IS NULL OR m.valid_to > :now) GROUP BY m.principal_id HAVING count(*) > 2",
        now=_micros(now),
    )


def no_parent_over_an_adult(tx: Any, now: datetime) -> Iterator[str]:
    """No parent's mandate goes on for somebody of age, and each ends on the 18th birthday."""
    for row in _rows(
        tx,
        "SELECT m.mandate_id, m.principal_id, m.valid_to FROM mandates m WHERE m.source = 'parent'"
        " AND m.ended_at IS NULL AND (m.valid_to IS NULL OR m.valid_to > :now)",
        now=_micros(now),
    ):
        child = tx.people.canonical(PersonId(row.principal_id))
        of_age = None if child is None else of_age_at(child.profile.birthdate)
        if of_age is None or of_age <= now or row.valid_to is None or row.valid_to > _micros(of_age):
            yield str(row.mandate_id)


def a_chain_has_one_link(tx: Any, now: datetime) -> Iterator[str]:
    """Who acts through a firm appoints nobody, is one of its people, and the firm is still appointed."""
    given = {"now": _micros(now)}
    yield from _found(
        tx,
        "SELECT m.mandate_id AS what FROM mandates m WHERE m.through_id IS NOT NULL AND m.ended_at IS NULL"
        " AND (m.valid_to IS NULL OR m.valid_to > :now) AND m.role IN ('administrator', 'representative')",
        **given,
    )
    yield from _found(
        tx,
        "SELECT g.grant_id AS what FROM grants g JOIN mandates m"  # noqa: S608 - two names of ours
        " ON m.mandate_id = g.context_id AND m.through_id IS NOT NULL"
        " WHERE g.revoked_at IS NULL AND g.expires_at > :now"
        " AND (NOT EXISTS (SELECT 1 FROM mandate_firms f WHERE f.appointment_id = m.appointment_id"
        " AND f.ended_at IS NULL AND f.valid_to > :now AND f.firm_id = m.through_id"
        " AND f.principal_id = m.principal_id)"
        " OR NOT EXISTS (SELECT 1 FROM mandates h WHERE h.principal_id = m.through_id AND h.through_id IS NULL"
        f" AND {_standing('h')} = {_standing('m')}"
        " AND h.ended_at IS NULL AND (h.valid_to IS NULL OR h.valid_to > :now)))",
        **given,
    )


def _standing(mandate: str) -> str:
    """Who holds a mandate, after merges of records."""
    return (
        "(SELECT coalesce(p.canonical_id, p.person_id) FROM people p"  # noqa: S608 - two names of ours
        f" WHERE p.person_id = {mandate}.delegate_id)"
    )


def nothing_is_high_while_a_card_is_not_good(tx: Any, now: datetime) -> Iterator[str]:
    """While a card is not good no session and no grant of its person is high."""
    yield from _found(
        tx,
        "SELECT s.session_id AS what FROM sessions s JOIN life_states l"
        " ON l.bucket = s.bucket AND l.person_id = s.person_id"
        " WHERE s.ended_at IS NULL AND l.suspended_at IS NOT NULL AND s.acr = 'urn:haiphong:acr:high'",
    )
    yield from _found(
        tx,
        "SELECT g.grant_id AS what FROM grants g JOIN life_states l"
        " ON l.bucket = g.bucket AND l.person_id = g.person_id WHERE g.revoked_at IS NULL AND g.expires_at > :now"
        " AND l.suspended_at IS NOT NULL AND g.facts LIKE '%urn:haiphong:acr:high%'",
        now=_micros(now),
    )


def nobody_below_level_02_acts_for_another(tx: Any, now: datetime) -> Iterator[str]:
    """Whose account is below level 02 holds no grant for an organisation or a ward."""
    yield from _found(
        tx,
        "SELECT g.grant_id AS what FROM grants g JOIN people p ON p.bucket = g.bucket AND p.person_id = g.person_id"
        " JOIN mandates m ON m.mandate_id = g.context_id"
        " WHERE g.revoked_at IS NULL AND g.expires_at > :now AND p.account_level < 2",
        now=_micros(now),
    )


def a_status_is_what_its_grounds_come_to(tx: Any, now: datetime) -> Iterator[str]:
    """Who has an open ground may not sign in, and who is dead by one is dead; so for merged records."""
    yield from _found(
        tx,
        "SELECT p.person_id AS what FROM people p WHERE (p.status = 'active' AND EXISTS"
        " (SELECT 1 FROM life_grounds g WHERE g.bucket = p.bucket AND g.person_id = p.person_id"
        " AND g.lifted_at IS NULL)) OR (p.status <> 'deceased' AND EXISTS (SELECT 1 FROM life_grounds g"
        " WHERE g.bucket = p.bucket AND g.person_id = p.person_id AND g.ground = 'dead' AND g.lifted_at IS NULL))",
    )


def nothing_is_begun_under_a_merged_record(tx: Any, now: datetime) -> Iterator[str]:
    """A record another one stands for has no session and no grant."""
    yield from _found(
        tx,
        "SELECT s.session_id AS what FROM sessions s JOIN people p ON p.bucket = s.bucket"
        " AND p.person_id = s.person_id WHERE s.ended_at IS NULL AND p.canonical_id IS NOT NULL",
    )
    yield from _found(
        tx,
        "SELECT g.grant_id AS what FROM grants g JOIN people p ON p.bucket = g.bucket"
        " AND p.person_id = g.person_id WHERE g.revoked_at IS NULL AND g.expires_at > :now"
        " AND p.canonical_id IS NOT NULL",
        now=_micros(now),
    )


def a_personal_number_is_one_records(tx: Any, now: datetime) -> Iterator[str]:
    """No number that finds people for ever is held by two records."""
    yield from _found(
        tx,
        "SELECT i.scheme AS what FROM person_identifiers i WHERE i.scheme IN ('vn_personal_id', 'vn_foreigner_id')"
        " GROUP BY i.scheme, i.lookup HAVING count(DISTINCT i.person_id) > 1",
    )


Invariant = Callable[[Any, datetime], Iterator[str]]
INVARIANTS: tuple[Invariant, ...] = (
    no_session_of_the_dead_or_locked,
    no_grant_of_the_dead_or_locked,
    nobody_acts_for_a_dead_or_locked_ward,
    no_mandate_of_or_for_the_dead,
    nothing_for_a_dissolved_organisation,
    an_archive_is_of_what_is_dissolved,
    no_grant_outlives_its_mandate,
    at_most_two_administrators,
    no_parent_over_an_adult,
    a_chain_has_one_link,
    nothing_is_high_while_a_card_is_not_good,
    nobody_below_level_02_acts_for_another,
    a_status_is_what_its_grounds_come_to,
    nothing_is_begun_under_a_merged_record,
    a_personal_number_is_one_records,
)


class Subjects:
    """What each sector was told of each record: never changed, and never told of two."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], str] = {}

    def broken(self, tx: Any) -> Iterator[str]:
        """Compare with what was told before, and remember what is new."""
        owners: dict[tuple[str, str], str] = {}
        for row in _rows(tx, "SELECT person_id, sector, sub FROM subjects"):
            if self._told.setdefault((row.person_id, row.sector), row.sub) != row.sub:
                yield f"a sub of {row.sector} changed"
            if owners.setdefault((row.sector, row.sub), row.person_id) != row.person_id:
                yield f"a sub of {row.sector} is two people's"


def broken(tx: Any, now: datetime) -> Mapping[str, list[str]]:
    """Return which invariants do not hold, and by what.

    All that are a query and no more are asked at once; only if that finds anything each is asked alone, for its name.
    """
    query, others = _at_once()
    is_any = tx.connection.execute(query, {"now": _micros(now)}).first() is not None
    found = {one.__name__: list(one(tx, now)) for one in (INVARIANTS if is_any else others)}
    wrong = {name: what for name, what in found.items() if what}
    assert wrong or not is_any, "what was found at once was found by nobody alone"
    return wrong


class _Asked:
    """Stands for a transaction, to learn what an invariant asks."""

    def __init__(self) -> None:
        self.queries: list[str] = []


class _MoreThanAQuery(Exception):
    """An invariant looks at rows itself."""


@cache
def _at_once() -> tuple[TextClause, tuple[Invariant, ...]]:
    """Return one query over all that are queries alone, and the invariants that are not."""
    asked, others = _Asked(), []
    for one in INVARIANTS:
        try:
            list(one(asked, datetime.now(UTC)))
        except _MoreThanAQuery:
            others.append(one)
    each = (
        f"SELECT CAST(q{place}.what AS TEXT) AS what FROM ({query}) AS q{place}"  # noqa: S608 - ours
        for place, query in enumerate(asked.queries)
    )
    return text(f"SELECT what FROM ({' UNION ALL '.join(each)}) AS any_of_them LIMIT 1"), tuple(others)  # noqa: S608


def _found(tx: Any, query: str, **given: object) -> Iterator[str]:
    if isinstance(tx, _Asked):
        tx.queries.append(query)
        return
    yield from (str(row.what) for row in _rows(tx, query, **given))


def _rows(tx: Any, query: str, **given: object) -> Rows:
    if isinstance(tx, _Asked):
        raise _MoreThanAQuery
    return list(tx.connection.execute(_statement(query), given).all())


@cache
def _statement(query: str) -> TextClause:
    return text(query)


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * _UTC_MICROSECONDS)
