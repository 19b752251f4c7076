"""`hpid init` and `hpid migrate`: from an empty folder to a provider that can serve; safe to repeat."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path

from idp.app import make_provider
from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.context import CommandFailed, operator, say
from idp.clock import Clock
from idp.database import Database, Done
from idp.protocol.profiles import SIGNING_ALGORITHMS
from idp.settings import DeploymentProfile, Settings
from idp.signing_keys.store import count_signing_keys
from idp.transaction import Tx
from keys.master import MasterKey
from keys.rotation import KeyRecord, next_rotation
from migrations.run import upgrade


def init() -> None:
    """Make the state folder, the master key (never in production), the schema and the first signing keys."""
    settings = Settings()
    _make_folder(settings.state)
    path = settings.master_key_path
    if path.exists():
        MasterKey.load(path)  # a wrong one is said before anything changes
    elif settings.profile is DeploymentProfile.PRODUCTION:
        raise CommandFailed(f"{path}: no master key there, and production never generates one")
    upgrade(settings.effective_database_url)
    if not path.exists():
        _make_master_key(settings, path)
    for line in asyncio.run(_first_keys(settings)):
        say(line)
    say(f"ready: {settings.issuer}")


def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = Settings()
    upgrade(settings.effective_database_url)
    say("the schema is up to date")


def _make_master_key(settings: Settings, path: Path) -> None:
    """Make one, unless the database was filled under another: a new key would open nothing of it (SECURITY R27)."""
    if asyncio.run(_has_signing_keys(settings)):
        raise CommandFailed(
            f"{path}: no master key there, but the database was filled under one; "
            "put back the copy that is kept apart, or make it again from its shares with `hpid keys recover`"
        )
    _make_folder(path.parent)
    MasterKey.create(path)
    say(f"made the master key {path}")


async def _has_signing_keys(settings: Settings) -> bool:
    database = Database(settings.effective_database_url, lambda connection: connection, clock=Clock())
    await database.open()
    try:
        return await database.read(count_signing_keys) > 0
    finally:
        await database.close()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CommandFailed(f"{folder}: can't be made: {error.strerror}") from error


async def _first_keys(settings: Settings) -> list[str]:
    """Make a key for each algorithm that has none; in a new provider they sign at once, else they are announced."""
    provider = make_provider(settings)
    await provider.database.open()
    try:
        existing = await provider.database.read(lambda tx: tx.signing_keys.all())
        provider.keyring.replace(existing)  # a key that does not open is said now, not at the first token
        now = provider.clock.now()
        missing = _missing(existing)
        if not missing:
            return []
        able = await provider.keyring.new_algorithms()
        made = await provider.keyring.make_records([alg for alg in missing if alg in able], now)
        store = partial(
            _store,
            made=made,
            publish_for=settings.life.key_publish,
            occasion=Occasion(clock=provider.clock, now=now, txn="cli"),
        )
        stored, lines = (await provider.database.transact(store)).unwrap()
        await provider.keyring.discard(record for record in made if record.kid not in stored)
        left_out = (
            f"the device makes no {alg} keys: it is not offered" for alg in missing if alg not in able
        )
        return [*lines, *left_out]
    finally:
        await provider.aclose()


def _missing(existing: Iterable[KeyRecord]) -> tuple[str, ...]:
    present = {record.alg for record in existing if record.erased_at is None}
    return tuple(alg for alg in SIGNING_ALGORITHMS if alg not in present)


def _store(
    tx: Tx, *, made: tuple[KeyRecord, ...], publish_for: timedelta, occasion: Occasion
) -> Done[tuple[frozenset[str], list[str]]]:
    """Store all first keys at once, so that a broken start leaves none; of two at once the second finds them.

    Returns which were stored, and a line for each.
    """
    tx.configuration.raise_version()
    existing = tx.signing_keys.all()
    missing = _missing(existing)
    lines: list[str] = []
    for record in made:
        if record.alg not in missing:
            continue
        plan = next_rotation(
            existing,
            alg=record.alg,
            new=record,
            now=occasion.now,
            publish_for=publish_for,
            keep_for=timedelta(),  # retires nothing: there is none of its algorithm
        )
        tx.signing_keys.apply(plan)
        active_from = plan.new.active_from.isoformat(timespec="seconds")
        tx.audit.add(
            occasion.event(
                EventType.KEY_ANNOUNCED,
                actor=operator(),
                kid=record.kid,
                alg=record.alg,
                active_from=active_from,
            )
        )
        waits = f", signs from {active_from}" if plan.new.active_from > occasion.now else ""
        lines.append(f"made the signing key {record.kid} ({record.alg}{waits})")
    return Done((frozenset(record.kid for record in made if record.alg in missing), lines))
