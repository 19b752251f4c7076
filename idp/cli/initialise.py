"""`hpid init` and `hpid migrate`: from an empty folder to a provider that can serve; safe to repeat."""

import asyncio
from pathlib import Path

from idp.app import make_provider
from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.context import CommandFailed, operator, say
from idp.database import Done
from idp.protocol.profiles import SIGNING_ALGORITHMS
from idp.settings import DeploymentProfile, Settings
from idp.transaction import Tx
from keys.keyring import new_record
from keys.master import MasterKey
from keys.rotation import KeyRecord, KeyState, next_rotation, state
from migrations.run import upgrade


def init() -> None:
    """Make the state folder, the master key (never in production), the schema and the first signing keys."""
    settings = Settings()
    _make_folder(settings.state)
    path = settings.master_key_path
    if not path.exists():
        if settings.profile is DeploymentProfile.PRODUCTION:
            raise CommandFailed(f"{path}: no master key there, and production never generates one")
        _make_folder(path.parent)
        MasterKey.create(path)
        say(f"made the master key {path}")
    MasterKey.load(path)
    upgrade(settings.effective_database_url)
    made = asyncio.run(_first_keys(settings))
    for kid in made:
        say(f"made the signing key {kid}")
    say(f"ready: {settings.issuer}")


def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = Settings()
    upgrade(settings.effective_database_url)
    say("the schema is up to date")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CommandFailed(f"{folder}: can't be made: {error.strerror}") from error


async def _first_keys(settings: Settings) -> list[str]:
    """Make a key for each algorithm that has none; the first of its kind is active at once."""
    provider = make_provider(settings)
    await provider.database.open()
    try:
        existing = await provider.database.read(lambda tx: tx.signing_keys.all())
        provider.keyring.replace(existing)  # a key that does not open is said now, not at the first token
        now = provider.clock.now()
        occasion = Occasion(clock=provider.clock, now=now, txn="cli")
        made: list[str] = []
        for alg in SIGNING_ALGORITHMS:
            if any(record.alg == alg and state(record, now) is not KeyState.ERASED for record in existing):
                continue
            record = await asyncio.to_thread(new_record, provider.vault, alg, now)

            def add(tx: Tx, record: KeyRecord = record) -> Done[None]:
                tx.signing_keys.apply(
                    next_rotation(
                        (),
                        alg=record.alg,
                        new=record,
                        now=now,
                        publish_for=settings.life.key_publish,
                        keep_for=settings.life.access_token,
                    )
                )
                tx.configuration.raise_version()
                tx.audit.add(
                    occasion.event(
                        EventType.KEY_ANNOUNCED,
                        actor=operator(),
                        kid=record.kid,
                        alg=record.alg,
                        active_from=record.active_from.isoformat(),
                    )
                )
                return Done(None)

            (await provider.database.transact(add)).unwrap()
            made.append(f"{record.kid} ({alg})")
        return made
    finally:
        await provider.fetcher.aclose()
        provider.hashing.close()
        await provider.database.close()
