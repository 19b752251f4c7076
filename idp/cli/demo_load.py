"""`hpid demo load`: a city of half a million or of all its people, for those who measure (adr/0040).

The file `demo-city` in the state folder says which city the database is given; one database holds one city.
"""

import asyncio
import gc
from collections.abc import Sequence
from datetime import UTC
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from demo.city.agencies import build_agencies
from demo.city.cast import the_cast
from demo.city.dates import AS_OF
from demo.city.sizes import Sizes, sizes_of
from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.context import CommandFailed, occasion, operator, warn, with_provider
from idp.cli.demo_large_batches import Counts
from idp.cli.demo_loading import write_all
from idp.cli.demo_making import begin
from idp.cli.demo_organisations import seed_agencies
from idp.cli.demo_people import as_person
from idp.cli.demo_progress import Progress
from idp.cli.demo_registering import put_clients
from idp.cli.demo_seeding import Hashed, add_credentials, hash_credentials
from idp.database import Done
from idp.days import start_of
from idp.provider import Provider
from idp.settings import Settings
from idp.transaction import Tx

MOMENT = start_of(AS_OF).astimezone(UTC)
"""When all of a large city was put in, as its rows say: the same whenever it really was."""

_HELD = "the database is given the city of {0} people drawn with seed {1}; another one needs a database of its own"


def load_city(settings: Settings, size: str, seed: int, stamp: Path) -> str:
    """Put it in, or what is missing of it; return what to say."""
    try:
        sizes = sizes_of(size)
    except ValueError as error:
        raise CommandFailed(str(error)) from error
    making, pipe = begin(master_key=settings.master_key_path, size=sizes.residents, seed=seed, moment=MOMENT)
    try:
        is_complete = with_provider(partial(_prepare, stamp=stamp, city=f"{sizes.residents} {seed}"))
        if is_complete:
            return "demo: the city was there already"
        # Apart, since the threads that hash leave the memory they took to those that write.
        credentials = with_provider(_hash)
        gc.freeze()  # of what is there by now nothing is ever garbage, and looking through it takes time
        counts = with_provider(partial(_load, sizes=sizes, seed=seed, pipe=pipe, credentials=credentials))
    finally:
        pipe.close()
        making.terminate()
        making.join()
    stamp.write_text(f"{sizes.residents} {seed} complete {counts.people}")
    return "demo: " + ", ".join(f"{number:,} {what}" for what, number in counts._asdict().items()) + " are in"


async def _prepare(provider: Provider, *, stamp: Path, city: str) -> bool:
    """Put the clients in; tell whether the city is in too. Refuse if the database is not its own."""
    people = await provider.database.read(_count)
    is_complete = await asyncio.to_thread(_claim, stamp, city, people)
    put = partial(put_clients, provider=provider, happening=occasion(provider))
    (await provider.database.transact(put)).unwrap()
    return is_complete


async def _hash(provider: Provider) -> list[Hashed]:
    """Return the personas' credentials."""
    personas = {one.key: as_person(one, MOMENT) for one in the_cast().people}
    return await hash_credentials(provider, personas, occasion(provider))


async def _load(
    provider: Provider, *, sizes: Sizes, seed: int, pipe: Connection, credentials: Sequence[Hashed]
) -> Counts:
    happening = occasion(provider)
    agencies = build_agencies(sizes.agencies, needed_wards=the_cast().wards)
    await seed_agencies(provider, agencies, happening)
    progress = Progress(total=_total(sizes), say=warn, stopwatch=provider.clock.stopwatch)

    def told(up_to: Counts, was_there: bool) -> None:
        done = up_to.people + up_to.organisations + up_to.officials
        progress.reach(done, was_there=was_there)

    counts = await write_all(provider.database, pipe, told)
    await add_credentials(provider, credentials, happening)
    record = partial(_record, sizes=sizes, seed=seed, counts=counts, happening=happening)
    (await provider.database.transact(record)).unwrap()
    return counts


def _total(sizes: Sizes) -> int:
    organisations = sizes.enterprises + sizes.dependent_units
    organisations += sizes.household_businesses + sizes.other_organisations
    return sizes.residents + organisations + sizes.officials


def _claim(stamp: Path, city: str, people: int) -> bool:
    kept = stamp.read_text().split() if stamp.exists() else []
    if kept and kept[:2] != city.split():
        raise CommandFailed(_HELD.format(*kept))
    if not kept:
        if people:
            raise CommandFailed("there are people in this database; a large city needs one of its own")
        stamp.write_text(city)
    return len(kept) > len(city.split()) and people >= int(kept[-1])


def _count(tx: Tx) -> int:
    return tx.people.count()


def _record(tx: Tx, *, sizes: Sizes, seed: int, counts: Counts, happening: Occasion) -> Done[None]:
    event = EventType.DEMO_LOADED
    told = {"residents": sizes.residents, "seed": seed, **counts._asdict()}
    tx.audit.add(happening.event(event, actor=operator(), **told))
    return Done(None)
