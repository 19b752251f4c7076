"""Browsers in which people have signed in: one statement remembers one and counts what is around it.

A cookie is kept as a keyed digest, and so is an address; neither opens anything. Counts are bounded, and made for a
browser that is new to its person alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    case,
    delete,
    func,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import Digest, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import of_person, person_given
from idp.ids import ClientId, PersonId, bucket_of
from idp.risk.model import CASES, Arrival, KnownDevice, Seen, Whereabouts
from keys.envelope import Vault

RENEWED = timedelta(days=30)
"""A browser's cookie is replaced when it is this old."""
PUBLIC_KEPT = timedelta(days=30)
"""A sign-in at a public computer is told on the overview for so long; its row knows nobody again."""
_HOUR, _BURST = timedelta(hours=1), timedelta(minutes=10)

devices = Table(
    "devices",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("cookie", Digest, primary_key=True),
    Column("device_id", Text, nullable=False),
    Column("name", Text, nullable=False),  # browser and system, of a closed list (audit/agent.py)
    Column("client_id", Text, nullable=False),  # the service of the first sign-in
    Column("address", Digest),  # of the first sign-in
    Column("place", Text),
    Column("previous_place", Text),
    Column("previous_at", UtcTime),
    Column("sign_ins", Integer, nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("renewed_at", UtcTime, nullable=False),  # when its cookie was given out
    Column("kept_until", UtcTime, nullable=False),
    Column("acknowledged_at", UtcTime),  # its person said that it was theirs
    Column("is_public", Boolean, nullable=False),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_devices_cookie", "cookie", "last_seen_at"),
    Index("ix_devices_address", "address", "first_seen_at"),
    Index("ix_devices_client_id", "client_id", "first_seen_at"),
    Index("ix_devices_kept_until", "kept_until"),
)

_t = devices.c
_other = devices.alias("other")
_o = _other.c
_now = bindparam("now", type_=UtcTime)
_is_over = _t.kept_until <= _now
_is_new = _t.sign_ins == 1
_others = _o.person_id != bindparam("of_person")


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """Return how many people other rows of some kind are of, counted to a bound and for a new browser alone."""
    some = select(_o.person_id).where(*conditions, _others).limit(bindparam("most")).subquery("some")
    return case((_is_new, select(func.count(some.c.person_id.distinct())).scalar_subquery()), else_=0)


_elsewhere = (
    select(_o.place, _o.last_seen_at)
    .where(
        _o.bucket == bindparam("of_bucket"),
        _o.person_id == bindparam("of_person"),
        _o.cookie != bindparam("this_cookie"),
        _o.place.is_not(None),
    )
    .order_by(_o.last_seen_at.desc())
    .limit(1)
)
_on_device = select(func.count()).where(
    _o.cookie == bindparam("this_cookie"), _o.last_seen_at > bindparam("hour_ago"), _others
)
_LATER = {"previous_place", "previous_at", "acknowledged_at"}
_GIVEN = [one for one in _t if one.name not in _LATER]
_insert = insert(devices).values({one.name: bindparam(f"new_{one.name}", type_=one.type) for one in _GIVEN})
_new = _insert.excluded
_SEE = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id", "cookie"],
    set_={
        "name": _new.name,
        "client_id": case((_is_over, _new.client_id), else_=_t.client_id),
        "previous_place": case((_is_over, null()), else_=_t.place),
        "previous_at": _t.last_seen_at,
        "place": _new.place,
        "sign_ins": case((_is_over, 1), else_=_t.sign_ins + 1),
        "first_seen_at": case((_is_over, _new.first_seen_at), else_=_t.first_seen_at),
        "acknowledged_at": case((_is_over, null()), else_=_t.acknowledged_at),
        "last_seen_at": _new.last_seen_at,
        "kept_until": _new.kept_until,
    },
).returning(
    _t.device_id,
    _t.sign_ins,
    _t.first_seen_at,
    _t.renewed_at,
    _t.previous_place,
    _t.previous_at,
    _elsewhere.with_only_columns(_o.place).scalar_subquery().label("other_place"),
    _elsewhere.with_only_columns(_o.last_seen_at).scalar_subquery().label("other_at"),
    _on_device.scalar_subquery().label("on_device"),
    _count(
        _o.address == bindparam("this_address", type_=Digest),
        _o.first_seen_at > bindparam("hour_ago", type_=UtcTime),
    ).label("at_address"),
    _count(
        _o.client_id == bindparam("this_client"),
        _o.first_seen_at > bindparam("burst_ago", type_=UtcTime),
    ).label("at_service"),
)
_RENEW = (
    update(devices)
    .where(_t.cookie == bindparam("of_cookie"))
    .values(cookie=bindparam("new_cookie"), renewed_at=_now)
)
_this_person = of_person(devices)
_this_device = _t.device_id == bindparam("of_device")
_OF_PERSON = (
    select(devices)
    .where(*_this_person, _t.kept_until > _now)
    .order_by(_t.last_seen_at.desc(), _t.device_id)
    .limit(bindparam("most"))
)
_ACKNOWLEDGE = (
    update(devices)
    .where(*_this_person, _this_device, _t.acknowledged_at.is_(None))
    .values(acknowledged_at=_now)
    .returning(_t.device_id)
)
_FORGET = delete(devices).where(*_this_person, _this_device).returning(_t.device_id)
_FORGET_OTHERS = (
    delete(devices).where(*_this_person, _t.device_id != bindparam("kept")).returning(_t.device_id)
)
_FORGET_BROWSER = delete(devices).where(_t.cookie == bindparam("of_cookie"))
_ERASE = delete_oldest((_t.bucket, _t.person_id, _t.cookie), _t.kept_until)


@dataclass(frozen=True, slots=True)
class DeviceStore:
    """The known browsers of one transaction."""

    connection: Connection
    vault: Vault

    def see(
        self,
        person_id: PersonId,
        arrival: Arrival,
        *,
        device_id: str,
        name: str,
        kept: timedelta,
        now: datetime,
    ) -> Seen:
        """Remember that somebody signs in in a browser, and tell what is known of it and around it.

        `device_id` is for a row that is made now. At a public computer the row is one that no cookie leads to.
        """
        limits, cookie = arrival.thresholds, arrival.held
        if arrival.is_public or not cookie:
            cookie = arrival.fresh
        row = {
            "bucket": bucket_of(person_id),
            "person_id": person_id,
            "cookie": self.vault.digest(cookie),
            "device_id": device_id,
            "name": name,
            "client_id": arrival.client_id,
            "address": self.vault.digest(arrival.address) if arrival.address else None,
            "place": arrival.place or None,
            "sign_ins": 1,
            "first_seen_at": now,
            "last_seen_at": now,
            "renewed_at": now,
            "kept_until": now + (PUBLIC_KEPT if arrival.is_public else kept),
            "is_public": arrival.is_public,
        }
        around = {
            **person_given(person_id),
            "this_cookie": row["cookie"],
            "this_address": row["address"],
            "this_client": arrival.client_id,
            "hour_ago": now - _HOUR,
            "burst_ago": now - _BURST,
            "now": now,
            "most": max(limits.accounts_at_address, limits.burst_at_service) + CASES,
        }
        return self._seen(
            self.connection.execute(
                _SEE, {**{f"new_{name}": one for name, one in row.items()}, **around}
            ).one(),
            arrival,
            now,
        )

    def _seen(self, row: Any, arrival: Arrival, now: datetime) -> Seen:
        is_new = row.sign_ins == 1
        places = ((row.previous_place, row.previous_at), (row.other_place, row.other_at))
        return Seen(
            device_id=row.device_id,
            since=row.first_seen_at,
            is_new=is_new,
            is_due=not arrival.is_public and (not arrival.held or is_new or row.renewed_at + RENEWED <= now),
            before=tuple(Whereabouts(place=place, at=at) for place, at in places if place),
            on_device=row.on_device,
            at_address=row.at_address,
            at_service=row.at_service,
        )

    def renew(self, held: str, fresh: str, now: datetime) -> None:
        """Give a browser's cookie another value, for everybody who is known in it; the old one is nobody's."""
        given = {"of_cookie": self.vault.digest(held), "new_cookie": self.vault.digest(fresh), "now": now}
        self.connection.execute(_RENEW, given)

    def of_person(self, person_id: PersonId, now: datetime, limit: int) -> tuple[KnownDevice, ...]:
        """Return a person's browsers, the last used first, sign-ins at public computers among them."""
        given = {**person_given(person_id), "now": now, "most": limit}
        return tuple(_device(row) for row in self.connection.execute(_OF_PERSON, given))

    def acknowledge(self, person_id: PersonId, device_id: str, now: datetime) -> bool:
        """Note that a person says that a sign-in was theirs; True if this call did it."""
        given = {**person_given(person_id), "of_device": device_id, "now": now}
        return self.connection.execute(_ACKNOWLEDGE, given).one_or_none() is not None

    def forget(self, person_id: PersonId, device_id: str) -> bool:
        """Know a browser no more for this person; True if this call did it."""
        given = {**person_given(person_id), "of_device": device_id}
        return self.connection.execute(_FORGET, given).one_or_none() is not None

    def forget_others(self, person_id: PersonId, kept: str = "") -> int:
        """Know no browser of a person but one, or none at all; return how many went."""
        given = {**person_given(person_id), "kept": kept}
        return len(self.connection.execute(_FORGET_OTHERS, given).all())

    def forget_browser(self, held: str) -> None:
        """Know nobody in this browser any more."""
        self.connection.execute(_FORGET_BROWSER, {"of_cookie": self.vault.digest(held)})

    def erase_old(self, before: datetime, limit: int) -> int:
        """Delete browsers that were not used for so long."""
        return erase(self.connection, _ERASE, before, limit)


def _device(row: Any) -> KnownDevice:
    return KnownDevice(
        device_id=row.device_id,
        name=row.name,
        client_id=ClientId(row.client_id),
        place=row.place or "",
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        is_public=row.is_public,
        acknowledged_at=row.acknowledged_at,
    )
