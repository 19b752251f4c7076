"""The demo city's officials as employment records, put in where they are missing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice

from demo.city import City
from demo.city import Official as CityOfficial
from demo.city import Post as CityPost
from idp.audit.occasion import Occasion
from idp.cli.context import operator
from idp.database import Done
from idp.days import end_of, start_of
from idp.ids import OfficialId, PersonId, PostId
from idp.officials.model import Official, OfficialProfile, OfficialStatus, Post, WantedPost, WantedRecord
from idp.officials.roles import Role
from idp.officials.rules import in_order
from idp.officials.service import Hand, join, leave
from idp.provider import Provider
from idp.transaction import Tx

_BATCH = 50


async def seed_officials(provider: Provider, city: City, happening: Occasion) -> int:
    """Add the officials that are not there; return how many."""
    communes = {one.code: one.ward_code or "" for one in city.agencies if one.kind == "commune"}
    wanted = iter([(as_record(one, communes), one.status) for one in city.officials])
    added = 0
    while batch := list(islice(wanted, _BATCH)):
        added += (await provider.database.transact(partial(_add, batch=batch, happening=happening))).unwrap()
    return added


def as_record(one: CityOfficial, communes: Mapping[str, str]) -> WantedRecord:
    """Return what HR would state of an official; employed by the agency of the last post."""
    return WantedRecord(
        employee_number=one.employee_number,
        agency_code=one.posts[-1].agency_code,
        profile=OfficialProfile(full_name=one.full_name, email=one.email),
        personal_id=one.personal_id,
        posts=tuple(
            WantedPost(
                agency_code=post.agency_code,
                commune_code=communes.get(post.agency_code, ""),
                position=post.position,
                roles=tuple(Role(role) for role in post.roles),
                valid_from=post.valid_from,
                valid_to=post.valid_to,
            )
            for post in one.posts
        ),
    )


def as_official(
    one: CityOfficial, communes: Mapping[str, str], *, ids: Iterator[str], person_id: PersonId, now: datetime
) -> Official:
    """Return the record as it stands after joining and, of who did, leaving; posts that are over are closed."""
    official_id = OfficialId(next(ids))
    record = as_record(one, communes)
    return Official(
        official_id=official_id,
        person_id=person_id,
        employee_number=record.employee_number,
        agency_code=record.agency_code,
        profile=record.profile,
        status=OfficialStatus.LEFT if one.status == "left" else OfficialStatus.ACTIVE,
        posts=tuple(
            _as_post(post, wanted, official_id, PostId(next(ids)), now)
            for post, wanted in zip(one.posts, record.posts, strict=True)
        ),
        created_at=now,
        updated_at=now,
    )


def _as_post(
    post: CityPost, wanted: WantedPost, official_id: OfficialId, post_id: PostId, now: datetime
) -> Post:
    over = None if post.valid_to is None else end_of(post.valid_to)
    return Post(
        post_id=post_id,
        official_id=official_id,
        agency_code=wanted.agency_code,
        commune_code=wanted.commune_code,
        position=wanted.position,
        roles=in_order(wanted.roles),
        starts_at=start_of(post.valid_from),
        ends_at=over,
        closed_at=over if over is not None and over <= now else None,
    )


def _add(tx: Tx, *, batch: Sequence[tuple[WantedRecord, str]], happening: Occasion) -> Done[int]:
    hand = Hand(actor=operator(), occasion=happening)
    added = 0
    for record, status in batch:
        if tx.officials.find_by_number(record.employee_number) is not None:
            continue
        official = join(tx, record, hand).unwrap()
        if status == "left":
            leave(tx, official.official_id, reason="left", hand=hand)
        added += 1
    return Done(added)
