"""A merge of two records: proposed by one steward, confirmed by another, taken back by a split. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.ids import PersonId


class MergeState(StrEnum):
    """Where a merge stands."""

    PROPOSED = "proposed"
    """A second steward must confirm it."""
    WITHDRAWN = "withdrawn"
    """Taken back before it was confirmed."""
    MERGED = "merged"
    """The winner stands for the loser."""
    SPLIT = "split"
    """Each stands by itself again."""


class Cause(StrEnum):
    """Why two living people's proved numbers differ and they are one person all the same (DOMAIN §1.4)."""

    NUMBER_REPLACED = "number-replaced"
    """One number was cancelled and the other set in its place."""
    NUMBERED_TWICE = "numbered-twice"
    """One person had been given two numbers."""
    NATURALISED = "naturalised"
    """A foreigner's number, and the one they got as a citizen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the winner's record said when the merge was confirmed."""

    profile: str = field(repr=False)
    """As the people's store writes one."""
    account_level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """One record stands for another, or is to."""

    merge_id: str
    winner_id: PersonId
    """The record that stands."""
    loser_id: PersonId
    """The record it stands for."""
    state: MergeState
    cause: Cause | None = None
    dead_with_living: bool = False
    """It was stated that one of the two has died and the other not, and that they are one person."""
    conflict_id: str | None = None
    """The conflict it settles."""
    reason: str = field(repr=False)
    letter: str = field(repr=False)
    """Reference of the letter or case it rests on."""
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    """When the proposal is over, if nobody has confirmed it."""
    merged_by: str | None = None
    merged_at: datetime | None = None
    before: Before | None = field(default=None, repr=False)
    closed_by: str | None = None
    """Who split it, or withdrew the proposal."""
    closed_at: datetime | None = None
    close_reason: str = field(default="", repr=False)

    def is_open(self, now: datetime) -> bool:
        """Tell whether it may be confirmed."""
        return self.state is MergeState.PROPOSED and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """While two records were one, and turned out to be two people's."""

    begun: datetime
    ended: datetime

    def has(self, moment: datetime) -> bool:
        """Tell whether something happened within it: at its ends stand the merge and the split themselves."""
        return self.begun < moment < self.ended


class MadeKind(StrEnum):
    """What was made while two records were one."""

    LINK = "link"
    """An account at an upstream, linked by a number."""
    MANDATE = "mandate"
    """A power to act, held by the person or for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Something that was made while two records were one, and that a split must give to one of them."""

    kind: MadeKind
    name: str
    """How a steward names it: `link:1`, or the mandate's id."""
    record_id: PersonId
    """The record it was written to: by its number, else the one that stood."""
    made_at: datetime
    issuer: str = ""
    subject: str = field(default="", repr=False)
    mandate_id: str = ""


class Rule(StrEnum):
    """What a refused merge, confirmation or split would have broken."""

    REASON = "reason"
    """A reason and the reference of a letter are needed."""
    UNKNOWN = "unknown"
    """There is no such record, or no such merge."""
    SAME = "same"
    """Both are one record already, or one was merged into the other."""
    MERGED_ALREADY = "merged-already"
    """Another record stands for the loser already."""
    STANDS_FOR_OTHERS = "stands-for-others"
    """The loser stands for other records: merge the other way round, or split those off first."""
    TOO_MANY = "too-many"
    """The winner stands for as many records as one may."""
    NUMBERS_DIFFER = "numbers-differ"
    """Both live, and each has a number proved at level 02 that the other has not: the cause must be given."""
    DEAD_WITH_LIVING = "dead-with-living"
    """One of the two has died: that they are one person must be stated, and the record of the dead be the loser."""
    LOCKED = "locked"
    """One is locked and the other not: a merge must not open what was locked."""
    ROLES = "roles"
    """One has a role in the provider itself: it is to be taken away first."""
    ACT_FOR_EACH_OTHER = "act-for-each-other"
    """One acts for the other, so they were two people: that mandate is to be ended first."""
    CONCERNED = "concerned"
    """Nobody works on their own record, or on that of somebody they act for."""
    SECOND_PERSON = "second-person"
    """Whoever proposed a merge can't confirm it."""
    PROPOSED_ALREADY = "proposed-already"
    """It waits for a second person already."""
    OVER = "over"
    """It is not what it was: confirmed, withdrawn, split, or its time is over."""
    NOT_NAMED = "not-named"
    """Something was made while the records were one, and it was not said whose it is."""
    NAMED_WRONG = "named-wrong"
    """Something was named that was not made meanwhile, or named as both's."""


class MergeRefused(Exception):
    """A merge or split that a rule forbids."""

    def __init__(self, rule: Rule, unnamed: tuple[Made, ...] = ()) -> None:
        super().__init__(rule.value)
        self.rule = rule
        self.unnamed = unnamed
        """What is still to be named."""
