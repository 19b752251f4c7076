"""`hpid keys revoke` and `hpid keys rotate --emergency`: what it breaks is shown first, and done with --yes alone."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from idp.audit.occasion import Occasion
from idp.cli.context import AsJson, CommandFailed, occasion, operator, show, warn, with_provider
from idp.cli.emergency_target import ACCESS_TOKEN_ALG
from idp.clients.model import Client
from idp.database import Done, Refused
from idp.protocol.profiles import signing_algs
from idp.provider import Provider
from idp.settings import Lifetimes
from idp.signing_keys.service import revoke_key
from idp.transaction import Tx
from keys.keyring import new_record
from keys.revocation import RevocationPlan, next_revocation
from keys.rotation import KeyRecord, KeyState, RotationRefused, signing_key
from keys.signer import SigningUnavailable

Yes = Annotated[bool, typer.Option("--yes", help="Do it; without this it is only shown what it would break.")]


def revoke(kid: str, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Take a key out at once, because somebody else may have it: no node signs with it or accepts it after a second.

    If it signed, an announced key signs in its place, else a new one. What it signed verifies no more.
    """
    _revoke(kid=kid, alg=None, yes=yes, as_json=as_json)


def revoke_signing(alg: str, *, yes: bool, as_json: bool) -> None:
    """Take out the key that signs an algorithm now."""
    _revoke(kid=None, alg=alg, yes=yes, as_json=as_json)


def _revoke(*, kid: str | None, alg: str | None, yes: bool, as_json: bool) -> None:
    async def work(provider: Provider) -> dict[str, object]:
        records = await provider.database.read(lambda tx: tx.signing_keys.all())
        happening = occasion(provider)
        record = _find(records, kid, alg, happening.now)
        shown_only = await asyncio.to_thread(new_record, provider.vault, record.alg, happening.now)
        try:
            plan = next_revocation(records, record.kid, fresh=shown_only, now=happening.now)
        except RotationRefused as error:
            raise CommandFailed(str(error)) from error
        clients = await provider.database.read(lambda tx: tx.clients.all())
        shown = _consequences(record, plan, clients, provider.settings.life, happening.now)
        if not yes:
            return shown
        done = await _revoke_in(provider, record, happening, planned=plan, spare=shown_only)
        return {**shown, "signs_in_its_place": done.successor}

    show(with_provider(work), as_json=as_json, title="revoked" if yes else "would be revoked")
    if not yes:
        raise CommandFailed("nothing was done; add --yes to do it")


async def _revoke_in(
    provider: Provider, record: KeyRecord, happening: Occasion, *, planned: RevocationPlan, spare: KeyRecord
) -> RevocationPlan:
    """Revoke it on every node, then destroy in the device what lies there and nobody needs.

    A device that is away stops this only if it must make the key that follows.
    """
    needed = planned.added is not None
    fresh = await provider.keyring.make_record(record.alg, happening.now) if needed else spare
    change = partial(_store, kid=record.kid, fresh=fresh, actor=operator(), happening=happening, adds=needed)
    outcome = await provider.database.transact(change)
    unused = [] if isinstance(outcome, Done) and outcome.value.added is not None else [fresh]
    for gone in (*unused, record) if isinstance(outcome, Done) else unused:
        try:
            await provider.keyring.erase(gone)
        except SigningUnavailable as error:
            warn(f"key {gone.kid} is not destroyed yet: {error}")
    return outcome.unwrap()


def _find(records: Sequence[KeyRecord], kid: str | None, alg: str | None, now: datetime) -> KeyRecord:
    if alg is not None:
        record = signing_key(records, alg, now)
        if record is None:
            raise CommandFailed(f"no {alg} key signs now; `hpid keys rotate --alg {alg}` announces one")
        return record
    for record in records:
        if record.kid == kid:
            return record
    raise CommandFailed(f"there is no key {kid}; `hpid keys list` shows them")


def _store(
    tx: Tx, *, kid: str, fresh: KeyRecord, actor: str, happening: Occasion, adds: bool
) -> Done[RevocationPlan] | Refused:
    try:
        plan = revoke_key(tx, kid, fresh=fresh, actor=actor, occasion=happening)
    except RotationRefused as error:
        return Refused(CommandFailed(str(error)))
    if plan.added is not None and not adds:  # rolled back: that key was made to be shown alone
        raise CommandFailed("the keys have changed meanwhile; nothing was done, run it again")
    return Done(plan)


def _consequences(
    record: KeyRecord, plan: RevocationPlan, clients: Sequence[Client], life: Lifetimes, now: datetime
) -> dict[str, object]:
    """Say what stops working, for whom, and until when the world may go on trusting the key."""
    signed_until = min(now, record.retired_at or now)
    last_token = signed_until + max(life.access_token, life.id_token)
    has_signed = plan.was is not KeyState.ANNOUNCED
    affected = [client for client in clients if record.alg in {ACCESS_TOKEN_ALG, *signing_algs(client.facts)}]
    return {
        "kid": record.kid,
        "alg": record.alg,
        "state": plan.was.value,
        "signs_in_its_place": _successor(plan),
        "tokens_refused_that_would_live_until": last_token if has_signed else "none: it has not signed",
        "sessions_go_on_but_not_their_hints": has_signed,
        "services_of_this_algorithm": f"{len(affected)} of {len(clients)}",
        "services_may_still_trust_it_until": now + life.key_publish / 2,
        "services_that_keep_keys_longer": "trust it, and whatever is forged with it, until they read the key set anew",
    }


def _successor(plan: RevocationPlan) -> str | None:
    if plan.added is not None:
        return "a new key, which services learn when they read the key set anew"
    return plan.successor
