"""`hpid keys`: list signing keys, rotate while nodes run (published first, then used)."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.cli.context import AsJson, CommandFailed, occasion, operator, show, with_provider
from idp.database import Done, Refused
from idp.protocol.profiles import SIGNING_ALGORITHMS
from idp.provider import Provider
from idp.transaction import Tx
from keys.keyring import new_record
from keys.rotation import RotationRefused, next_rotation, state

app = typer.Typer(help="Signing keys.", no_args_is_help=True)
_READERS_CLOCKS = timedelta(minutes=5)


@app.command("list")
def list_keys(*, as_json: AsJson = False) -> None:
    """List signing keys with their state."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        now = provider.clock.now()
        records = await provider.database.read(lambda tx: tx.signing_keys.all())
        return [
            {
                "kid": record.kid,
                "alg": record.alg,
                "state": state(record, now).value,
                "active_from": record.active_from.isoformat(timespec="seconds"),
                "retired_at": record.retired_at.isoformat(timespec="seconds") if record.retired_at else None,
            }
            for record in records
        ]

    show(with_provider(work), as_json=as_json, title="signing keys")


@app.command()
def rotate(
    *,
    alg: Annotated[str, typer.Option(help="Algorithm: " + " or ".join(SIGNING_ALGORITHMS) + ".")] = "ES256",
    as_json: AsJson = False,
) -> None:
    """Announce a new key: it is in the JWKS at once, signs after HPID_LIFE_KEY_PUBLISH, then the old one retires.

    An algorithm that has no key yet gets its first one this way, and discovery names it once that key signs.
    """
    if alg not in SIGNING_ALGORITHMS:
        raise CommandFailed(f"--alg must be one of {' '.join(SIGNING_ALGORITHMS)}")

    async def work(provider: Provider) -> dict[str, object]:
        happening = occasion(provider)
        record = await asyncio.to_thread(new_record, provider.vault, alg, happening.now)
        life = provider.settings.life

        def announce(tx: Tx) -> Done[dict[str, object]] | Refused:
            try:
                plan = next_rotation(
                    tx.signing_keys.all(),
                    alg=alg,
                    new=record,
                    now=happening.now,
                    publish_for=life.key_publish,
                    keep_for=max(life.access_token, life.id_token, life.session_low) + _READERS_CLOCKS,
                )
            except RotationRefused as error:
                return Refused(CommandFailed(str(error)))
            tx.signing_keys.apply(plan)
            tx.configuration.raise_version()
            active_from = plan.new.active_from.isoformat(timespec="seconds")
            tx.audit.add(
                happening.event(
                    EventType.KEY_ANNOUNCED,
                    actor=operator(),
                    kid=record.kid,
                    alg=alg,
                    active_from=active_from,
                )
            )
            return Done({"kid": record.kid, "alg": alg, "signs_from": active_from})

        return (await provider.database.transact(announce)).unwrap()

    show(with_provider(work), as_json=as_json, title="announced")
