"""Failed attempts: one counter per account, whatever name was typed and wherever (SECURITY E10, E11).

It has two figures (adr/0052): `failures`, which were looked at and found wrong, and make wait and rest; and `tries`,
which are all that were made, those that were refused unseen included.

A row is there only while an account has failures since its last success; the account is kept as a digest. Nothing but
a success, an operator or a factor bound anew forgets them: of who could wait for it none would ever rest. Names that are
nobody's are counted too, else the wait would tell them from others; they share a million counters, so that whoever
tries every name there is fills no table.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    Table,
    bindparam,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.clock import CLOCKS_APART
from idp.credentials.model import LONGEST_DELAY, MOST_TRIES, AttemptState, delay_after
from idp.credentials.reservation import Reserved, Slowed
from idp.database import Digest, UtcTime, metadata
from keys.envelope import Vault

NOBODY_S_COUNTERS = 2**20
"""Names that are nobody's share these: enough that to fill them takes days of guessing, few enough to keep."""

attempts = Table(
    "attempts",
    metadata,
    Column("account", Digest, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("tries", BigInteger, nullable=False, server_default="0"),
    Column("not_before", UtcTime),
    Column("last_at", UtcTime),  # the release before writes it; the one after drops it
)

_this_account = attempts.c.account == bindparam("of_account")
_RESERVE = (
    insert(attempts)
    .values(account=bindparam("of_account"), failures=1, tries=1)
    .on_conflict_do_update(
        index_elements=["account"],
        set_={"failures": attempts.c.failures + 1, "tries": attempts.c.tries + 1},
        where=(attempts.c.failures < MOST_TRIES)
        & or_(
            attempts.c.not_before.is_(None),
            attempts.c.not_before <= bindparam("now"),
            attempts.c.not_before > bindparam("latest"),  # of a clock that ran ahead
        ),
    )
    .returning(attempts.c.failures)
)
_DELAY = update(attempts).where(_this_account).values(not_before=bindparam("until"))
_REFUSE = (
    update(attempts)
    .where(_this_account)
    .values(tries=attempts.c.tries + 1)
    .returning(attempts.c.failures, attempts.c.not_before)
)
_STATE = select(attempts.c.failures, attempts.c.tries, attempts.c.not_before).where(_this_account)
_SETTLE = delete(attempts).where(_this_account)
_GIVE_BACK = (
    update(attempts)
    .where(_this_account, attempts.c.failures > 0)
    .values(failures=attempts.c.failures - 1, tries=attempts.c.tries - 1, not_before=None)
)
_RELEASE = delete(attempts).where(_this_account, attempts.c.failures > 0).returning(attempts.c.failures)


@dataclass(frozen=True, slots=True)
class AttemptStore:
    """The counters of one transaction."""

    connection: Connection
    vault: Vault

    def reserve(self, account: str, now: datetime) -> Reserved | Slowed:
        """Count an attempt as failed before it is looked at, or refuse it because too many came before."""
        key = self._key(account)
        latest = now + LONGEST_DELAY + CLOCKS_APART
        failures = self.connection.execute(
            _RESERVE, {**key, "now": now, "latest": latest}
        ).scalar_one_or_none()
        if failures is None:
            # the row is ours: the statement above locked it
            refused = self.connection.execute(_REFUSE, key).one()
            return Slowed(not_before=None if refused.failures >= MOST_TRIES else refused.not_before or now)
        delay = delay_after(failures)
        if delay:  # the row is ours until we commit
            self.connection.execute(_DELAY, {**key, "until": now + delay})
        return Reserved(failures=failures)

    def settle(self, account: str) -> None:
        """Forget the failures of an account that has just succeeded."""
        self.connection.execute(_SETTLE, self._key(account))

    def give_back(self, account: str) -> None:
        """Take the attempt just reserved for a step that was right: no failure, nor a reason to forget any other.

        Else who knows the right password would have to wait, after many failures, before the second factor is looked at,
        longer than a sign-in may last.
        """
        self.connection.execute(_GIVE_BACK, self._key(account))

    def release(self, account: str) -> int | None:
        """Forget an account's failures at an operator's word; return how many, None if there were none."""
        return self.connection.execute(_RELEASE, self._key(account)).scalar_one_or_none()

    def nobody(self, name: str) -> str:
        """Return the counter of a name that is nobody's: always the same one, and one of a million in all."""
        return f"nobody:{int.from_bytes(self.vault.digest(name)[:4]) % NOBODY_S_COUNTERS}"

    def state(self, account: str) -> AttemptState:
        """Return the failures of an account since its last success."""
        row = self.connection.execute(_STATE, self._key(account)).one_or_none()
        if row is None:
            return AttemptState(failures=0, tries=0, not_before=None)
        return AttemptState(failures=row.failures, tries=row.tries, not_before=row.not_before)

    def _key(self, account: str) -> dict[str, object]:
        return {"of_account": self.vault.digest(account)}
