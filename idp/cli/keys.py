"""`hpid keys`: signing keys, which rotate while nodes run (published first, then used), and the master key."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from idp.cli.context import NAMES_AN_ID, AsJson, CommandFailed, occasion, operator, show, with_provider
from idp.cli.key_escrow import check_share, escrow, recover
from idp.cli.key_revocation import Yes, revoke, revoke_signing
from idp.cli.master_key import drop_master, masters, new_master, reseal_all, use_master
from idp.database import Done, Refused
from idp.protocol.profiles import SIGNING_ALGORITHMS
from idp.provider import Provider
from idp.signing_keys.service import announce_key
from idp.transaction import Tx
from keys.rotation import KeyRecord, RotationRefused, rotates_at, state

app = typer.Typer(help="Signing keys and the master key.", no_args_is_help=True)
app.command(context_settings=NAMES_AN_ID)(revoke)
app.command()(masters)
app.command()(new_master)
app.command()(use_master)
app.command("reseal")(reseal_all)
app.command()(drop_master)
app.command()(escrow)
app.command()(recover)
app.command()(check_share)


@app.command("list")
def list_keys(*, as_json: AsJson = False) -> None:
    """List signing keys: where each stands, how many days it has signed, when a new one follows by itself."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        now = provider.clock.now()
        records = await provider.database.read(lambda tx: tx.signing_keys.all())
        every, places = provider.settings.life.signing_key, provider.keyring.places()
        return [
            _row(record, now, rotates_at(records, record, now, every=every))
            | {"held_in": places.get(record.kid)}
            for record in records
        ]

    show(with_provider(work), as_json=as_json, title="signing keys")


def _row(record: KeyRecord, now: datetime, rotates: datetime | None) -> dict[str, object]:
    until = min(now, record.retired_at or now)
    return {
        "kid": record.kid,
        "alg": record.alg,
        "state": state(record, now).value,
        "active_from": record.active_from,
        "age_days": max(until - record.active_from, timedelta()).days,
        "rotates_at": rotates,
        "retired_at": record.retired_at,
    }


@app.command()
def rotate(
    *,
    alg: Annotated[str, typer.Option(help="Algorithm: " + " or ".join(SIGNING_ALGORITHMS) + ".")] = "ES256",
    emergency: Annotated[
        bool, typer.Option("--emergency", help="The key is known to others: as `hpid keys revoke` does.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Announce a new key: it is in the JWKS at once, signs after HPID_LIFE_KEY_PUBLISH, then the old one retires.

    An algorithm that has no key yet gets its first one this way, and discovery names it once that key signs.
    """
    if alg not in SIGNING_ALGORITHMS:
        raise CommandFailed(f"--alg must be one of {' '.join(SIGNING_ALGORITHMS)}")
    if emergency:
        revoke_signing(alg, yes=yes, as_json=as_json)
        return

    async def work(provider: Provider) -> dict[str, object]:
        happening = occasion(provider)
        record = await provider.keyring.make_record(alg, happening.now)
        life = provider.settings.life

        def announce(tx: Tx) -> Done[dict[str, object]] | Refused:
            try:
                planned = announce_key(
                    tx, record, publish_for=life.key_publish, life=life, actor=operator(), occasion=happening
                )
            except RotationRefused as error:
                return Refused(CommandFailed(str(error)))
            active_from = planned.active_from.isoformat(timespec="seconds")
            return Done({"kid": record.kid, "alg": alg, "signs_from": active_from})

        outcome = await provider.database.transact(announce)
        if isinstance(outcome, Refused):
            await provider.keyring.discard([record])
        return outcome.unwrap()

    show(with_provider(work), as_json=as_json, title="announced")
