"""A waiting room before an upstream: so many exchanges at once, the others wait in the order they came. Pure.

A place is one exchange under way. Who finds none gets a ticket: whose turn it is stands in its time, which the caller
keeps where its holder can't change it, so that a ticket of another node, or of before a restart, is served in its order
here too. Who comes back from upstream goes before who has still to leave: their code will not live for long. When places
become free the first in line are called, as many as there are places, and whoever of those asks first goes: people ask by
reloading a page, and a place that waits for one of them helps nobody. So while places stay free more and more are called:
whoever stands in front and never asks, be they many, keeps nobody waiting. Who has not asked for a while has left the
line.
"""

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

LEFT_AFTER = timedelta(seconds=75)
"""Who has not asked for this long has left the line; pages ask again after 45 seconds at most."""
_CALLED_FOR = timedelta(seconds=2)
"""How long a place stays free for those who are called before twice as many are."""
_MOST_DOUBLINGS = 16
_RATE_OVER = timedelta(seconds=60)
_MOST_MINUTES = 60
_MOST_KEPT = 600


class Way(IntEnum):
    """Which of two lines somebody is in; the lower goes first."""

    BACK = 0
    """Has been there, and waits to have it confirmed."""
    THERE = 1
    """Has still to go."""


class RoomFull(Exception):
    """No more people may wait here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One who waits: `name` is theirs alone, and `since` says when they began to."""

    name: str
    way: Way
    since: datetime

    @property
    def turn(self) -> tuple[int, datetime, str]:
        """Return what lines are ordered by."""
        return (int(self.way), self.since, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where somebody stands in line."""

    ahead: int
    """How many are called before."""
    minutes: int | None
    """About how long it will take, as things have gone within the last minute; None if nothing has gone."""
    is_called: bool
    """Among the first, so that the next free place may be theirs."""


@dataclass(slots=True)
class WaitingRoom:
    """The line and the places of one process."""

    places: int
    most_waiting: int
    busy: int = 0
    _line: list[tuple[int, datetime, str]] = field(default_factory=list)
    _seen: dict[str, tuple[datetime, tuple[int, datetime, str]]] = field(default_factory=dict)
    _left: deque[datetime] = field(default_factory=lambda: deque(maxlen=_MOST_KEPT))
    """When places became free, the latest last."""
    _swept_at: datetime | None = None
    _free_since: datetime | None = None
    """Since when somebody has asked while places were free; None: all are taken."""

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._line)

    def may_enter(self, ticket: Ticket, now: datetime, *, places: int | None = None) -> bool:
        """Tell whether it is this one's turn: a place is free, and they are among those called; `places` if fewer count.

        Somebody without a place in line yet counts as its last.
        """
        self._sweep(now)
        most = min(self.places, places or self.places)
        if self.busy >= most:
            self._free_since = None
            return False
        if self._free_since is None or now < self._free_since:
            self._free_since = now
        return self._ahead(ticket) < self._called(most, now)

    def enter(self, ticket: Ticket, now: datetime, *, places: int | None = None) -> bool:
        """Take a place if it is this one's turn; whoever took one gives it back by `leave`."""
        if not self.may_enter(ticket, now, places=places):
            return False
        self._forget(ticket.name)
        self.busy += 1
        return True

    def leave(self, now: datetime) -> None:
        """Give a place back."""
        self.busy -= 1
        self._left.append(now)

    def go(self, ticket: Ticket, now: datetime) -> bool:
        """Let somebody leave for upstream if it is their turn: they take no place yet."""
        if not self.may_enter(ticket, now):
            return False
        self._forget(ticket.name)
        return True

    def wait(self, ticket: Ticket, now: datetime) -> Position:
        """Stand in line, or stay there; RoomFull where too many do."""
        self._sweep(now)
        held = self._seen.get(ticket.name)
        if held is not None and held[1] != ticket.turn:
            self._forget(ticket.name)  # one name is in one line, once
            held = None
        if held is None:
            if len(self._line) >= self.most_waiting:
                raise RoomFull
            insort(self._line, ticket.turn)
        self._seen[ticket.name] = (now, ticket.turn)
        ahead = self._ahead(ticket)
        return Position(
            ahead=ahead, minutes=self._minutes(ahead, now), is_called=ahead < self._called(self.places, now)
        )

    def _called(self, most: int, now: datetime) -> int:
        """Return how many of the first in line are called: the more, the longer they have left places free."""
        since = self._free_since
        doublings = 0 if since is None else max(0, (now - since) // _CALLED_FOR)
        return most << min(doublings, _MOST_DOUBLINGS)

    def _ahead(self, ticket: Ticket) -> int:
        return bisect_left(self._line, ticket.turn)

    def _minutes(self, ahead: int, now: datetime) -> int | None:
        a_minute = sum(now - _RATE_OVER < one <= now for one in self._left)
        return min(-(-(ahead + 1) // a_minute), _MOST_MINUTES) if a_minute else None

    def _forget(self, name: str) -> None:
        held = self._seen.pop(name, None)
        if held is not None:
            del self._line[bisect_left(self._line, held[1])]

    def _sweep(self, now: datetime) -> None:
        """Take out of the line who has left it; looked at once a second, and anew when a clock was set back."""
        if self._swept_at is not None and self._swept_at <= now < self._swept_at + timedelta(seconds=1):
            return
        self._swept_at = now
        for name, (seen, turn) in self._seen.items():
            if seen > now:
                self._seen[name] = (now, turn)
        for name in [name for name, (seen, _) in self._seen.items() if seen <= now - LEFT_AFTER]:
            self._forget(name)
