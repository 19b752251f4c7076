"""A file of officials taken in: each official a transaction, the same again changes nothing; who is missing may leave."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from idp.cli.context import CommandFailed, occasion, operator
from idp.cli.official_lines import Stated, stated_records
from idp.cli.register_files import read_lines
from idp.database import Done, Refused
from idp.days import day_of
from idp.ids import OfficialId
from idp.officials.model import Official, OfficialStatus, Post, RecordRefused, WantedRecord
from idp.officials.service import Hand, join, leave, restate
from idp.organisations.model import is_within
from idp.provider import Provider
from idp.transaction import Tx

MOST_LEAVERS = 20
"""One in so many may leave by a file without a second look."""
_PAGE = 200


class Outcome(StrEnum):
    """What became of an official."""

    JOINED = "joined"
    MOVED = "moved"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"
    LEFT = "left"
    REFUSED = "refused"


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of a file."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    rows: list[dict[str, object]] = field(default_factory=list)
    """One for each official of whom something changed or was refused."""
    numbers: set[str] = field(default_factory=set, repr=False)

    def note(self, outcome: Outcome, employee_number: str, *, line: int | None, reason: str = "") -> None:
        """Count an outcome, and keep it unless nothing happened."""
        self.counts[outcome] += 1
        if outcome is not Outcome.UNCHANGED:
            row: dict[str, object] = {
                "line": line,
                "employee_number": employee_number,
                "outcome": outcome.value,
                "reason": reason,
            }
            self.rows.append(row)


class _NotKept(Exception):
    """Rolls a transaction back that was only to be tried."""

    def __init__(self, outcome: Done[Outcome] | Refused) -> None:
        super().__init__("not kept")
        self.outcome = outcome


async def take_in(provider: Provider, path: Path, *, agency: str, dry_run: bool) -> Report:
    """Take a file in, line by line."""
    report = Report()
    for stated in stated_records(read_lines(path)):
        await _take_one(provider, stated, report, agency=agency, dry_run=dry_run)
    return report


async def _take_one(
    provider: Provider, stated: Stated, report: Report, *, agency: str, dry_run: bool
) -> None:
    report.numbers.add(stated.employee_number.casefold())
    if stated.record is None:
        report.note(Outcome.REFUSED, stated.employee_number, line=stated.number, reason=stated.refusal)
        return
    if agency and not is_within(stated.record.agency_code, agency):
        reason = f"employer: not {agency} or below it"
        report.note(Outcome.REFUSED, stated.employee_number, line=stated.number, reason=reason)
        return
    hand = Hand(actor=operator(), occasion=occasion(provider))
    work = partial(_put, record=stated.record, hand=hand, dry_run=dry_run)
    try:
        outcome = await _run(provider, work)
        report.note(outcome, stated.employee_number, line=stated.number)
    except RecordRefused as error:
        report.note(Outcome.REFUSED, stated.employee_number, line=stated.number, reason=str(error))


async def let_leave(provider: Provider, report: Report, *, agency: str, dry_run: bool, is_sure: bool) -> None:
    """Let those leave whom the file does not name; none, if it was read with errors or they are too many."""
    if report.counts[Outcome.REFUSED]:
        raise CommandFailed(
            "nobody leaves by a file with lines that were refused; mend them and run it again"
        )
    missing: list[Official] = []
    active, after = 0, ""
    while page := await provider.database.read(partial(_page, agency=agency, after=after)):
        here = [one for one in page if one.status is OfficialStatus.ACTIVE]
        active += len(here)
        missing += [one for one in here if one.employee_number.casefold() not in report.numbers]
        after = page[-1].employee_number
    if len(missing) * MOST_LEAVERS > active and not is_sure:
        raise CommandFailed(
            f"{len(missing)} of {active} are not in the file, more than one in {MOST_LEAVERS}:"
            " look at it, and say --yes"
        )
    for one in missing:
        hand = Hand(actor=operator(), occasion=occasion(provider))
        await _run(provider, partial(_leave, official_id=one.official_id, hand=hand, dry_run=dry_run))
        report.note(Outcome.LEFT, one.employee_number, line=None)


async def _run(provider: Provider, work: "partial[Done[Outcome] | Refused]") -> Outcome:
    try:
        return (await provider.database.transact(work)).unwrap()
    except _NotKept as tried:
        return tried.outcome.unwrap()


def _put(tx: Tx, *, record: WantedRecord, hand: Hand, dry_run: bool) -> Done[Outcome] | Refused:
    before = tx.officials.find_by_number(record.employee_number)
    if before is None:
        done = join(tx, record, hand)
    else:  # who left does not come back by posts of before
        today = day_of(hand.now)
        back = any(post.valid_to is None or post.valid_to >= today for post in record.posts)
        done = restate(
            tx, before.official_id, record, hand, back=back or before.status is OfficialStatus.ACTIVE
        )
    outcome = done if isinstance(done, Refused) else Done(_outcome(before, done.value))
    if dry_run:
        raise _NotKept(outcome)
    return outcome


def _leave(tx: Tx, *, official_id: OfficialId, hand: Hand, dry_run: bool) -> Done[Outcome] | Refused:
    done = leave(tx, official_id, reason="not in the file", hand=hand)
    outcome = done if isinstance(done, Refused) else Done(Outcome.LEFT)
    if dry_run:
        raise _NotKept(outcome)
    return outcome


def _outcome(before: Official | None, after: Official) -> Outcome:
    if before is None or before.status is not after.status:
        return Outcome.JOINED
    if before.version == after.version:
        return Outcome.UNCHANGED
    return Outcome.MOVED if _open(before.posts) != _open(after.posts) else Outcome.CORRECTED


def _open(posts: Iterable[Post]) -> set[str]:
    return {post.post_id for post in posts if post.closed_at is None}


def _page(tx: Tx, *, agency: str, after: str) -> tuple[Official, ...]:
    return tx.officials.page(agency, after=after, limit=_PAGE)
