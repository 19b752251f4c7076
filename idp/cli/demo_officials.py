"""The demo city's officials as employment records, put in where they are missing."""

from collections.abc import Sequence
from functools import partial
from itertools import islice

from demo.city import City
from demo.city import Official as CityOfficial
from idp.audit.occasion import Occasion
from idp.cli.context import operator
from idp.database import Done
from idp.officials.model import OfficialProfile, WantedPost, WantedRecord
from idp.officials.roles import Role
from idp.officials.service import Hand, join, leave
from idp.provider import Provider
from idp.transaction import Tx

_BATCH = 50


async def seed_officials(provider: Provider, city: City, happening: Occasion) -> int:
    """Add the officials that are not there; return how many."""
    communes = {one.code: one.ward_code or "" for one in city.agencies if one.kind == "commune"}
    people = {one.key: (one.full_name, one.personal_id) for one in city.people}
    wanted = iter([(as_record(one, communes, *people[one.person]), one.status) for one in city.officials])
    added = 0
    while batch := list(islice(wanted, _BATCH)):
        added += (await provider.database.transact(partial(_add, batch=batch, happening=happening))).unwrap()
    return added


def as_record(one: CityOfficial, communes: dict[str, str], name: str, personal_id: str) -> WantedRecord:
    """Return what HR would state of an official; employed by the agency of the last post."""
    return WantedRecord(
        employee_number=one.employee_number,
        agency_code=one.posts[-1].agency_code,
        profile=OfficialProfile(full_name=name, email=one.email),
        personal_id=personal_id,
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
