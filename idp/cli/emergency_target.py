"""Whom the words of an emergency command mean, with what must be said about that before it is done."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from idp.cli.context import CommandFailed
from idp.emergency.model import Target, address_range
from idp.ids import ClientId, PersonId
from idp.protocol.facts import ClientFacts
from idp.protocol.profiles import signing_algs
from idp.provider import Provider
from idp.transaction import Tx
from keys.rotation import KeyRecord

ACCESS_TOKEN_ALG = "ES256"  # noqa: S105 - an algorithm
"""Every access token is signed with it (token profile), so its keys sign for every client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options that say whose."""

    person: str | None
    client: str | None
    upstream: str | None
    key: str | None
    addresses: str | None
    everything: bool
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Whose sessions and grants are meant, how the record calls them, and what to say first."""

    target: Target
    name: str
    notes: tuple[str, ...] = field(default=())


async def choose(provider: Provider, asked: Asked) -> Chosen:
    """Return who is meant; refuse what names nobody, or more than one kind of thing."""
    named = (asked.person, asked.client, asked.upstream, asked.key, asked.addresses)
    if sum(one is not None for one in named) + asked.everything != 1:
        raise CommandFailed("name one of --person, --client, --upstream, --key, --addresses, --all")
    chosen = await _chosen(provider, asked)
    target = replace(chosen.target, since=asked.since, until=_earlier(chosen.target.until, asked.until))
    times = [f"since {asked.since.isoformat()}"] if asked.since else []
    times += [f"until {asked.until.isoformat()}"] if asked.until else []
    return replace(chosen, target=target, name=" ".join((chosen.name, *times)))


async def _chosen(provider: Provider, asked: Asked) -> Chosen:
    if asked.person is not None:
        return await _person(provider, asked.person)
    if asked.client is not None:
        return await _client(provider, asked.client)
    if asked.upstream is not None:
        return _upstream(provider, asked.upstream)
    if asked.key is not None:
        return await _key(provider, asked.key)
    if asked.addresses is not None:
        return _addresses(asked.addresses)
    return Chosen(target=Target(), name="all")


async def _person(provider: Provider, person_id: str) -> Chosen:
    if await provider.database.read(lambda tx: tx.people.get(PersonId(person_id))) is None:
        raise CommandFailed(f"no person {person_id}")
    return Chosen(target=Target(person_id=PersonId(person_id)), name=f"person {person_id}")


async def _client(provider: Provider, client_id: str) -> Chosen:
    client = await provider.database.read(lambda tx: tx.clients.get(ClientId(client_id)))
    if client is None:
        raise CommandFailed(f"no client {client_id}")
    notes: list[str] = []
    if client.facts.enabled:
        notes.append(
            f"{client_id} is enabled: people go on signing in there; `hpid clients disable {client_id}` first"
        )
    if "client_credentials" in client.facts.grant_types:
        minutes = provider.settings.life.access_token.total_seconds() / 60
        notes.append(
            f"{client_id} gets tokens for itself too, which no grant holds: those it has are good for"
            f" {minutes:g} minutes at most where they are checked offline"
        )
    target = Target(clients=(client.facts.client_id,))
    return Chosen(target=target, name=f"client {client_id}", notes=tuple(notes))


def _upstream(provider: Provider, upstream: str) -> Chosen:
    """There is one upstream, and city credentials beside it: sessions keep which."""
    idp = "national" if upstream == provider.settings.national_issuer else upstream
    if idp not in {"national", "haiphong"}:
        known = " ".join(filter(None, ("national", provider.settings.national_issuer, "haiphong")))
        raise CommandFailed(f"no upstream {upstream}; there are: {known}")
    return Chosen(target=Target(idp=idp), name=f"upstream {idp}")


async def _key(provider: Provider, kid: str) -> Chosen:
    """Whatever was begun before a key retired may hold tokens it signed, if the client's are signed that way."""
    records, clients = await provider.database.read(_keys_and_clients)
    record = next((one for one in records if one.kid == kid), None)
    if record is None:
        raise CommandFailed(f"no signing key {kid}; `hpid keys list` names them")
    now = provider.clock.now()
    if record.active_from > now:
        raise CommandFailed(f"{kid} has signed nothing yet")
    retired = record.retired_at is not None and record.retired_at <= now
    notes = [
        "tokens made with a stolen key need none of this: what ends them is that the key is published no more"
    ]
    if not retired:
        notes.append(f"{kid} still signs: what begins after this is signed by it too")
    signed = tuple(one.client_id for one in clients if record.alg in signing_algs(one))
    target = Target(
        clients=None if record.alg == ACCESS_TOKEN_ALG else signed,
        until=record.retired_at if retired else None,
    )
    return Chosen(target=target, name=f"key {kid}", notes=tuple(notes))


def _keys_and_clients(tx: Tx) -> tuple[tuple[KeyRecord, ...], tuple[ClientFacts, ...]]:
    return tx.signing_keys.all(), tuple(client.facts for client in tx.clients.all())


def _addresses(text: str) -> Chosen:
    try:
        asked = address_range(text)
    except ValueError as error:
        raise CommandFailed(f"--addresses is a range such as 203.0.113.0/24: {error}") from None
    notes = (
        (f"only networks are kept: all of {asked.text} is meant, not {text} alone",) if asked.is_wider else ()
    )
    return Chosen(target=Target(networks=asked.networks), name=f"addresses {asked.text}", notes=notes)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)
