"""Two records of one person, kept in the database, and merges as tests ask for them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from federation.upstream import AccountKind, ExternalAttributes, ExternalIdentity
from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database, Done, Refused
from idp.ids import PersonId
from idp.merges.model import Cause, Merge, MergeRefused, Rule
from idp.merges.service import Merged, Split, Wanted, confirm, propose, split
from idp.people.model import Person
from idp.people.service import NotRecognised, Recognised, recognise
from tests.stores.mandate_samples import make_citizen
from tests.stores.samples import DAY, MINUTE, NOW, do

FIRST, SECOND = "operator:lan", "operator:binh"
NATIONAL = "https://national.example"
WEEK = timedelta(days=7)


def at(moment: Any = NOW) -> Occasion:
    return Occasion(clock=Clock(lambda: moment), now=moment, txn="test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two records, both living, of level 02, with a number each."""

    winner: Person
    loser: Person

    @property
    def winner_id(self) -> PersonId:
        return self.winner.person_id

    @property
    def loser_id(self) -> PersonId:
        return self.loser.person_id


async def make_pair(database: Database[Any], **loser: Any) -> Pair:
    pair = Pair(winner=make_citizen(), loser=make_citizen(**loser))
    await do(database, lambda tx: tx.people.add_many((pair.winner, pair.loser)))
    return pair


def wanted(winner_id: PersonId, loser_id: PersonId, **changes: Any) -> Wanted:
    values: dict[str, Any] = {"cause": Cause.NUMBERED_TWICE, "reason": "one person", "letter": "12/CAHP"}
    return Wanted(winner_id=winner_id, loser_id=loser_id, **(values | changes))


async def outcome_of(database: Database[Any], fn: Any) -> Any:
    """Run a use case in one transaction; return its value, or the rule it broke."""
    outcome: Done[Any] | Refused = await database.transact(fn)
    if isinstance(outcome, Refused):
        assert isinstance(outcome.error, MergeRefused), outcome.error
        return outcome.error.rule
    return outcome.value


async def proposed(
    database: Database[Any],
    winner_id: PersonId,
    loser_id: PersonId,
    *,
    by: str = FIRST,
    moment: Any = NOW,
    **changes: Any,
) -> Any:
    asked = wanted(winner_id, loser_id, **changes)
    return await outcome_of(
        database, lambda tx: propose(tx, asked, waits=WEEK, actor=by, occasion=at(moment))
    )


async def merged(
    database: Database[Any],
    winner_id: PersonId,
    loser_id: PersonId,
    *,
    moment: Any = NOW + MINUTE,
    **changes: Any,
) -> Merge:
    """Merge two records by two stewards."""
    proposal = await proposed(database, winner_id, loser_id, moment=moment, **changes)
    assert isinstance(proposal, Merge), proposal
    done = await outcome_of(
        database, lambda tx: confirm(tx, proposal.merge_id, actor=SECOND, occasion=at(moment))
    )
    assert isinstance(done, Merged), done
    return done.merge


async def split_up(
    database: Database[Any],
    merge: Merge,
    *,
    moment: Any = NOW + DAY,
    by: str = FIRST,
    winners: tuple[str, ...] = (),
    losers: tuple[str, ...] = (),
) -> Split | Rule:
    found: Split | Rule = await outcome_of(
        database,
        lambda tx: split(
            tx,
            merge.merge_id,
            winners=winners,
            losers=losers,
            reason="two people after all",
            letter="15/CAHP",
            actor=by,
            occasion=at(moment),
        ),
    )
    return found


def identity(of: Person, subject: str = "s", *, level: int = 2, **told: Any) -> ExternalIdentity:
    values: dict[str, Any] = {
        "full_name": of.profile.full_name,
        "personal_id": of.profile.personal_id,
        "birthdate": "1990-04-01",
    }
    return ExternalIdentity(
        issuer=NATIONAL,
        subject=subject,
        kind=AccountKind.CITIZEN,
        loa="LoA2",
        account_level=level,
        auth_time=NOW,
        amr=("pwd",),
        attributes=ExternalAttributes(**(values | told)),
    )


async def comes(
    database: Database[Any], who: ExternalIdentity, moment: Any = NOW
) -> Recognised | NotRecognised:
    outcome: Any = await database.transact(lambda tx: recognise(tx, who, occasion=at(moment)))
    found: Recognised | NotRecognised = outcome.unwrap()
    return found


async def person_of(database: Database[Any], who: ExternalIdentity, moment: Any = NOW) -> PersonId:
    found = await comes(database, who, moment)
    assert isinstance(found, Recognised), found
    return found.person.person_id
