"""Sign-ins that wait to be confirmed on another device: one row an interaction, its code and number as keyed digests.

What the page shows again when it is loaded anew is sealed; everything else is worth nothing after two minutes.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    case,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.cross_device.model import CONFIRMED_LIFE, MOST_WRONG, Asked, Standing
from idp.database import Digest, Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.ids import ClientId
from idp.protocol.assurance import Acr
from idp.protocol.cross_device import Needed
from keys.envelope import Vault

_SHOWN = "cross_device.shown"

cross_device_sign_ins = Table(
    "cross_device_sign_ins",
    metadata,
    Column("interaction_id", Text, primary_key=True),  # of the browser that asks, before anybody is known
    Column("code", Digest, nullable=False, unique=True),
    Column("number", Digest, nullable=False),
    Column("shown", Sealed(_SHOWN), nullable=False),  # code and number as the page shows them
    Column("client_id", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("network", LargeBinary),
    Column("needed_acr", Text, nullable=False),
    Column("needed_since", UtcTime),
    Column("asked_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("standing", Text, nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("session_id", Text),  # the phone's, from its first answer on
    Index("ix_cross_device_sign_ins_expires_at", "expires_at"),
)

_t = cross_device_sign_ins.c
_of_interaction = _t.interaction_id == bindparam("this_interaction")
_waits = and_(
    _t.code == bindparam("of_code"),
    _t.standing == Standing.WAITING.value,
    _t.expires_at > bindparam("now", type_=UtcTime),
)
_is_free_for = or_(_t.session_id.is_(None), _t.session_id == bindparam("by_session"))
_is_right = _t.number == bindparam("that_number")
_REMOVE = delete(cross_device_sign_ins).where(_of_interaction)
_ADD = insert(cross_device_sign_ins).on_conflict_do_nothing().returning(_t.interaction_id)
_OF = select(cross_device_sign_ins).where(_of_interaction)
_FIND = select(cross_device_sign_ins).where(_waits, _is_free_for)
_ANSWERED = select(cross_device_sign_ins).where(
    _t.code == bindparam("of_code"),
    _t.session_id == bindparam("by_session"),
    _t.standing != Standing.WAITING.value,
)
_ANSWER = (
    update(cross_device_sign_ins)
    .where(_waits, _is_free_for)
    .values(
        session_id=bindparam("by_session"),
        wrong=case((_is_right, _t.wrong), else_=_t.wrong + 1),
        standing=case(
            (_is_right, Standing.CONFIRMED.value),
            (_t.wrong + 1 >= MOST_WRONG, Standing.WRONG_NUMBERS.value),
            else_=Standing.WAITING.value,
        ),
        expires_at=case((_is_right, bindparam("until", type_=UtcTime)), else_=_t.expires_at),
    )
    .returning(*_t)
)
_STOP = (
    update(cross_device_sign_ins)
    .where(_waits, _is_free_for)
    .values(session_id=bindparam("by_session"), standing=bindparam("new_standing"))
    .returning(*_t)
)
_SPEND = (
    update(cross_device_sign_ins)
    .where(
        _of_interaction,
        _t.standing == Standing.CONFIRMED.value,
        _t.expires_at > bindparam("now", type_=UtcTime),
    )
    .values(standing=Standing.SPENT.value)
    .returning(*_t)
)
_LOSE = (
    update(cross_device_sign_ins)
    .where(_of_interaction, _t.standing == Standing.SPENT.value)
    .values(standing=Standing.PHONE_GONE.value)
)
_ERASE = delete_oldest((_t.interaction_id,), _t.expires_at)


@dataclass(frozen=True, slots=True)
class CrossDeviceStore:
    """The waiting sign-ins of one transaction."""

    connection: Connection
    vault: Vault

    def begin(self, asked: Asked) -> bool:
        """Store one in the place of the one before in its interaction; False if its code is another's now."""
        self.connection.execute(_REMOVE, {"this_interaction": asked.interaction_id})
        row = {
            "interaction_id": asked.interaction_id,
            "code": self.vault.digest(asked.code),
            "number": self._number(asked.code, asked.number),
            "shown": self.vault.seal_text(json.dumps([asked.code, asked.number]), purpose=_SHOWN),
            "client_id": asked.client_id,
            "device": asked.device,
            "network": asked.network,
            "needed_acr": asked.needed.acr.value,
            "needed_since": asked.needed.since,
            "asked_at": asked.asked_at,
            "expires_at": asked.expires_at,
            "standing": asked.standing.value,
            "wrong": 0,
            "session_id": None,
        }
        return self.connection.execute(_ADD, row).one_or_none() is not None

    def of_interaction(self, interaction_id: str) -> Asked | None:
        """Return the one that an interaction began last, however it stands."""
        row = self.connection.execute(_OF, {"this_interaction": interaction_id}).one_or_none()
        return None if row is None else self._asked(row)

    def find(self, code: str, session_id: str, now: datetime) -> Asked | None:
        """Return the one that waits under a code, unless another session has answered it already."""
        given = {"of_code": self.vault.digest(code), "by_session": session_id, "now": now}
        row = self.connection.execute(_FIND, given).one_or_none()
        return None if row is None else self._asked(row)

    def answered(self, code: str, session_id: str) -> Asked | None:
        """Return the one that this session has answered, and is done with."""
        given = {"of_code": self.vault.digest(code), "by_session": session_id}
        row = self.connection.execute(_ANSWERED, given).one_or_none()
        return None if row is None else self._asked(row)

    def answer(self, code: str, number: str, session_id: str, now: datetime) -> Asked | None:
        """Compare the number and confirm, or count a wrong one, all in one statement; None: it waits no more."""
        given = {
            "of_code": self.vault.digest(code),
            "that_number": self._number(code, number),
            "by_session": session_id,
            "now": now,
            "until": now + CONFIRMED_LIFE,
        }
        row = self.connection.execute(_ANSWER, given).one_or_none()
        return None if row is None else self._asked(row)

    def stop(self, code: str, standing: Standing, session_id: str, now: datetime) -> Asked | None:
        """End one that waits; None: it waits no more."""
        given = {
            "of_code": self.vault.digest(code),
            "new_standing": standing.value,
            "by_session": session_id,
            "now": now,
        }
        row = self.connection.execute(_STOP, given).one_or_none()
        return None if row is None else self._asked(row)

    def spend(self, interaction_id: str, now: datetime) -> Asked | None:
        """Use a confirmation up; only the first caller gets it."""
        given = {"this_interaction": interaction_id, "now": now}
        row = self.connection.execute(_SPEND, given).one_or_none()
        return None if row is None else self._asked(row)

    def lose(self, interaction_id: str) -> None:
        """Note that one was spent for nothing: the phone's session has ended."""
        self.connection.execute(_LOSE, {"this_interaction": interaction_id})

    def erase_expired(self, before: datetime, limit: int) -> int:
        """Delete what was over by this moment."""
        return erase(self.connection, _ERASE, before, limit)

    def _number(self, code: str, number: str) -> bytes:
        """Return the digest of a number: of two digits it hides them only together with its code."""
        return self.vault.digest(f"{code}\n{number}")

    def _asked(self, row: Row[Any]) -> Asked:
        code, number = json.loads(self.vault.open_text(row.shown, purpose=_SHOWN))
        return Asked(
            interaction_id=row.interaction_id,
            code=code,
            number=number,
            client_id=ClientId(row.client_id),
            device=row.device,
            network=row.network,
            needed=Needed(acr=Acr(row.needed_acr), since=row.needed_since),
            asked_at=row.asked_at,
            expires_at=row.expires_at,
            standing=Standing(row.standing),
            wrong=row.wrong,
            session_id=row.session_id,
        )
