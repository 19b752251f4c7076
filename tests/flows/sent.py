"""One request as it came over the wire, and which gates its browser had passed by then, as an outsider knows them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.protocol.assurance import CROSS_DEVICE, Acr, is_passkey
from idp.settings import Lifetimes
from tests.flows.kept import Kept, Row
from tests.flows.places import MANDATES, PASSKEYS, WAIT_AFTER_A_RECOVERY
from tests.flows.told import Told

FRESH = timedelta(minutes=10)
LIFE = Lifetimes()
COOKIES = "hpid-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request, and what was kept before it."""

    method: str
    path: str
    query: Mapping[str, str]
    form: tuple[tuple[str, str], ...] = field(repr=False)
    cookies: Mapping[str, str] = field(repr=False)
    is_same_site: bool
    now: datetime
    kept: Kept = field(repr=False)
    told: Told = field(repr=False)

    def field(self, name: str) -> str:
        """Return a field of the form, which counts only once."""
        found = [value for key, value in self.form if key == name]
        return found[0] if len(found) == 1 else ""

    @property
    def is_own_form(self) -> bool:
        """Sent from one of our pages in the browser it was served to."""
        token = self.told.csrf.get(self.cookies.get(f"{COOKIES}browser", ""))
        return (
            self.method == "POST" and self.is_same_site and token is not None and self.field("csrf") == token
        )

    @property
    def me(self) -> Row | None:
        """The live session of this browser."""
        known = self.told.sessions.get(self.cookies.get(f"{COOKIES}session", ""))
        if known is None:
            return None
        rows = [one for one in self.kept["sessions"].values() if one["session_id"] == known[0]]
        if not rows or rows[0]["cookie"] != known[1] or rows[0]["ended_at"] is not None:
            return None
        (row,) = rows
        is_low = row["acr"] == Acr.LOW.value and not row["degraded"]
        idle = LIFE.session_low if is_low else LIFE.session_idle
        is_live = self.now < min(row["expires_at"], row["last_seen_at"] + idle)
        return row if is_live and self.status_of(row["person_id"]) == "active" else None

    def session(self, session_id: str) -> Row | None:
        """Return a session that has not ended."""
        found = (one for one in self.kept["sessions"].values() if one["session_id"] == session_id)
        return next((one for one in found if one["ended_at"] is None), None)

    def status_of(self, person_id: str) -> str:
        """Return how a person stands."""
        found = (one for one in self.kept["people"].values() if one["person_id"] == person_id)
        return next((str(one["status"]) for one in found), "")

    def level_of(self, person_id: str) -> int:
        """Return the level of a person's account."""
        found = (one for one in self.kept["people"].values() if one["person_id"] == person_id)
        return next((int(one["account_level"]) for one in found), 0)

    def of_person(self, table: str, person_id: str) -> list[Row]:
        """Return a person's rows of a table."""
        return [one for one in self.kept[table].values() if one["person_id"] == person_id]

    @property
    def interaction(self) -> str:
        """The interaction of the address, if this browser holds it and it is not over; else nothing."""
        return self.held(self.query.get("i", ""))

    def held(self, interaction_id: str) -> str:
        """Return the interaction if this browser holds it and it is not over; else nothing."""
        begun = self.told.begun.get(interaction_id)
        cookie = self.cookies.get(f"{COOKIES}i-{interaction_id}")
        is_held = begun is not None and cookie == begun.cookie and self.now < begun.at + LIFE.interaction
        return interaction_id if is_held else ""

    def account(self, *, is_fresh: bool) -> str:
        """Return whose account this browser may read, or with `is_fresh` change, on this path; else nobody."""
        me = self.me
        if me is None or Acr(me["acr"]).rank < Acr.SUBSTANTIAL.rank or CROSS_DEVICE in session_amr(me):
            return ""
        is_by_passkey = self.path.startswith(PASSKEYS) and is_passkey(session_amr(me))
        if me["idp"] != "national" and not is_by_passkey:
            return ""
        if is_fresh and (self.now - me["auth_time"] > FRESH or self._waits(me["person_id"])):
            return ""
        return str(me["person_id"])

    def is_held(self, person_id: str) -> bool:
        """Tell whether the day after a recovery of this account is not over."""
        return self.now < self.told.holds.get(person_id, self.now)

    def _waits(self, person_id: str) -> bool:
        """Tell whether what is asked for waits until that day is over."""
        ends_administrator = self.path == f"{MANDATES}/act" and self.query.get("a") == "confirm"
        return self.is_held(person_id) and (self.path in WAIT_AFTER_A_RECOVERY or ends_administrator)

    def changes_account(self, *paths: str, is_fresh: bool = True) -> str:
        """Return whose account this request may change, if it is one of these forms."""
        return self.account(is_fresh=is_fresh) if self.is_own_form and self.path in paths else ""


def session_amr(row: Row) -> tuple[str, ...]:
    """Return how a session's person proved themselves."""
    return tuple(json.loads(row["amr"]))
