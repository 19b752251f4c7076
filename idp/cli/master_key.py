"""`hpid keys new-master`, `use-master`, `reseal`, `drop-master`, `masters`: from one master key to the next.

Each step leaves the provider able to serve, and every node must have the file of one step before the next is taken
(docs/runbooks/master-key.md).
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, warn, with_provider
from idp.database import Done
from idp.provider import Provider
from idp.resealing.service import Walked, record_resealing, reseal
from idp.settings import Settings
from idp.transaction import Tx
from keys.envelope import STABLE
from keys.master import MasterKey

_WALKS = 3
Version = Annotated[int, typer.Argument(help="Number of a version; `hpid keys masters` shows them.")]


def masters(*, as_json: AsJson = False) -> None:
    """List the versions of the master key, and how much lies under each."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        found = await provider.database.read(lambda tx: tx.resealing.versions())
        master = MasterKey.load(provider.settings.master_key_path)
        return [
            {
                "version": version,
                "seals": version == master.current,
                "in_the_file": version in master.versions,
                "values": _under(found, version),
            }
            for version in sorted(
                {*master.versions, *(number for counts in found.values() for number in counts)}
            )
        ]

    show(with_provider(work), as_json=as_json, title="versions of the master key")


def new_master() -> None:
    """Put a fresh version into the master key file. It seals nothing yet: bring the file to every node first."""
    settings = Settings()
    with_provider(_check)
    number = max(MasterKey.add_version(settings.master_key_path).versions)
    with_provider(lambda provider: _record(provider, "added", number))
    say(
        f"added version {number}; when every node has this file and was started again: hpid keys use-master {number}"
    )
    say("shares made before do not hold it: hpid keys escrow")


def use_master(version: Version) -> None:
    """Let a version seal from now on, once every node knows it."""
    settings = Settings()
    with_provider(_check)
    MasterKey.use_version(settings.master_key_path, version)
    with_provider(lambda provider: _record(provider, "put to use", version))
    say(f"version {version} seals; when every node has this file and was started again: hpid keys reseal")


def drop_master(version: Version) -> None:
    """Take a version out of the file for good; refused while anything lies under it."""
    settings = Settings()

    async def check(provider: Provider) -> None:
        found = await provider.database.read(lambda tx: tx.resealing.versions())
        stays = version in {STABLE, provider.vault.current_version}  # the file says so, and why
        if not stays and (values := _under(found, version)):
            raise CommandFailed(f"{values} values lie under version {version}; run `hpid keys reseal`")

    with_provider(check)
    MasterKey.drop_version(settings.master_key_path, version)
    with_provider(lambda provider: _record(provider, "dropped", version))
    say(f"dropped version {version}; bring the file to every node, and make new shares: hpid keys escrow")


def reseal_all(*, as_json: AsJson = False) -> None:
    """Seal everything anew under the version in use, beside nodes that run; may be stopped and begun again."""

    async def work(provider: Provider) -> tuple[list[Walked], int]:
        walked: list[Walked] = []
        for _ in range(_WALKS):
            asked_before = provider.clock.now() - provider.settings.life.refresh_retry
            again = await reseal(provider.database, asked_before=asked_before)
            walked = _sum(walked, again) if walked else again
            if not any(one.renewed for one in again):
                break
        version = provider.vault.current_version

        def record(tx: Tx) -> Done[None]:
            record_resealing(tx, walked, version=version, actor=operator(), occasion=occasion(provider))
            return Done(None)

        (await provider.database.transact(record)).unwrap()
        left = await provider.database.read(lambda tx: tx.resealing.left())
        return walked, left

    walked, left = with_provider(work)
    show([asdict(one) for one in walked], as_json=as_json, title="sealed anew")
    if any(one.taken for one in walked):
        warn("an identifier is held by two people, once under each version; `hpid people find` shows who")
    if left:
        raise CommandFailed(f"{left} values still lie under older versions; run it again in a minute")


async def _check(provider: Provider) -> None:
    """Opening the provider has told whether the file is this database's; it must not be changed otherwise."""
    await provider.configuration.refresh()


async def _record(provider: Provider, change: str, version: int) -> None:
    event = occasion(provider).event(
        EventType.MASTER_KEY_CHANGED, actor=operator(), change=change, version=version
    )

    def add(tx: Tx) -> Done[None]:
        tx.audit.add(event)
        return Done(None)

    (await provider.database.transact(add)).unwrap()


def _under(found: Mapping[str, Mapping[int, int]], version: int) -> int:
    return sum(counts.get(version, 0) for counts in found.values())


def _sum(before: list[Walked], again: list[Walked]) -> list[Walked]:
    """Return the state after the last walk, with all that was renewed."""
    return [replace(now, renewed=then.renewed + now.renewed) for then, now in zip(before, again, strict=True)]
