"""Registering clients, issuing and ending their secrets: state, configuration version and record in one transaction.

A secret lives no longer than its client's profile allows (profiles.ProfileRules.secret_lifetime). It is kept as a digest;
only that of client_secret_jwt is sealed beside it, for as long as that is the client's method (DESIGN 5.10).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.clients.model import Client, ClientSecret, IssuedSecret, Logo, UnreadableRegistration
from idp.clients.store import spent
from idp.clients.store.client_secrets import PURPOSE
from idp.database import Appended, Database
from idp.ids import NO_BUCKET, ClientId, HandleKind
from idp.protocol.client_assertion import UnspentAssertion
from idp.protocol.context import realm_of
from idp.protocol.facts import ClientFacts
from idp.protocol.front_channel import CODE
from idp.protocol.profiles import rules_of
from idp.protocol.registered_fields import refuse
from idp.protocol.registration import check_registration
from idp.protocol.subject import sector_of
from idp.transaction import Tx
from keys.envelope import Vault
from keys.jose import MIN_SECRET_BYTES

_SIGNS = "client_secret_jwt"


def put_client(
    tx: Tx,
    facts: ClientFacts,
    *,
    actor: str,
    occasion: Occasion,
    logo: Logo | None = None,
    response_types: tuple[str, ...] = (CODE,),
) -> None:
    """Register or replace, or raise the error that names the member. Felt on every node within a second.

    `logo`: the image of `facts.logo`, unless it is the one that is kept already. `response_types` is what this
    installation offers.
    """
    facts = check_registration(facts, response_types=response_types)
    facts = replace(facts, purpose_since=_purpose_since(tx, facts, occasion))
    _check_sector(tx, facts)
    if not tx.clients.put(facts, occasion.now):
        refuse("client_id", "was removed; it is not given again")
    if facts.logo is None:
        tx.logos.remove(facts.client_id)
    elif logo is not None:
        tx.logos.put(facts.client_id, logo)
    if facts.token_endpoint_auth_method != _SIGNS:
        tx.clients.forget_sealed(facts.client_id)
    tx.configuration.raise_version()
    tx.audit.add(occasion.event(EventType.CLIENT_REGISTERED, actor=actor, client_id=facts.client_id))


def _purpose_since(tx: Tx, facts: ClientFacts, occasion: Occasion) -> float:
    """Return since when the data is for what this says: who agreed before that agreed to something else."""
    try:
        client = tx.clients.get(facts.client_id)
    except UnreadableRegistration:  # what it was for is not known
        return occasion.now.timestamp()
    old = None if client is None else client.facts
    if old is None or (old.purpose, old.purpose_en) == (facts.purpose, facts.purpose_en):
        return 0.0 if old is None else old.purpose_since
    return occasion.now.timestamp()


def _check_sector(tx: Tx, facts: ClientFacts) -> None:
    """Refuse a sector of citizens to officials' services, and the other way round: one `sub` would join the two.

    Its own registration of before counts too, since it was told of those people; what shares one already stays as it is.
    """
    found = [one.facts for one in tx.clients.of_sector(sector_of(facts)) if one.facts.signs_people_in]
    same = [one.client_id for one in found if realm_of(one) is realm_of(facts)]
    if facts.signs_people_in and facts.client_id not in same and len(same) < len(found):
        refuse("hpid_sector", "it has services of citizens, or of officials, and these are known apart")


def remove_client(tx: Tx, client_id: ClientId, *, actor: str, occasion: Occasion) -> bool:
    """Take a client away for ever; all it was granted ends with it. False: there is none."""
    if not tx.clients.remove(client_id, occasion.now):
        return False
    tx.registrations.end(client_id)
    tx.logos.remove(client_id)
    tx.configuration.raise_version()
    tx.audit.add(occasion.event(EventType.CLIENT_REMOVED, actor=actor, client_id=client_id))
    return True


def needs_secret(facts: ClientFacts, old: Client | None, now: datetime) -> bool:
    """Tell whether this registration asks for a secret that none of the client's live ones can be."""
    usable = (
        secret
        for secret in (() if old is None else old.secrets)
        if secret.is_live(now) and (secret.sealed is not None or facts.token_endpoint_auth_method != _SIGNS)
    )
    return facts.has_secret and next(usable, None) is None


def issue_secret(
    tx: Tx,
    client_id: ClientId,
    *,
    vault: Vault,
    actor: str,
    occasion: Occasion,
    secret: str | None = None,
    old_ones_until: datetime | None = None,
) -> IssuedSecret:
    """Store a fresh secret and return it, never to be seen again; old ones may overlap.

    Refuses a client that has none, and for a given one too short to sign with.
    """
    client = tx.clients.hold(client_id)
    if client is None or not client.facts.has_secret:
        refuse("token_endpoint_auth_method", "this client proves itself without a secret")
    text = secret or occasion.clock.handle(HandleKind.CLIENT_SECRET, NO_BUCKET)
    lifetime = rules_of(client.facts).secret_lifetime
    issued = IssuedSecret(
        secret_id=occasion.clock.random_bytes(6).hex(),  # typed by operators: never begins with a hyphen
        text=text,
        expires_at=None if lifetime is None else occasion.now + lifetime,
    )
    tx.clients.add_secret(
        client_id,
        ClientSecret(
            secret_id=issued.secret_id,
            digest=vault.digest(text),
            created_at=occasion.now,
            expires_at=issued.expires_at,
            sealed=_seal(text, vault) if client.facts.token_endpoint_auth_method == _SIGNS else None,
        ),
    )
    if old_ones_until is not None:
        tx.clients.expire_secrets(client_id, old_ones_until, issued.secret_id)
    tx.configuration.raise_version()
    tx.audit.add(
        occasion.event(
            EventType.CLIENT_SECRET_ISSUED, actor=actor, client_id=client_id, secret_id=issued.secret_id
        )
    )
    return issued


def revoke_secret(tx: Tx, client_id: ClientId, secret_id: str, *, actor: str, occasion: Occasion) -> bool:
    """End one secret at once, felt on every node within a second; False if there is no such live one."""
    if not tx.clients.end_secret(client_id, secret_id, occasion.now):
        return False
    tx.configuration.raise_version()
    tx.audit.add(
        occasion.event(EventType.CLIENT_SECRET_REVOKED, actor=actor, client_id=client_id, secret_id=secret_id)
    )
    return True


async def spend_assertion(
    database: Database[Tx],
    client_id: ClientId,
    assertion: UnspentAssertion,
    *,
    then: Appended | None,
    vault: Vault,
) -> bool:
    """Spend an assertion for good, and add a row in the same commit; False, and no row, for everyone but the first."""
    return await database.claim(
        *spent(client_id, assertion.jti, assertion.useful_until, vault=vault), then=then
    )


def open_secrets(secrets: Iterable[ClientSecret], vault: Vault, now: datetime) -> list[bytes]:
    """Return the live secrets a client signs its assertions with (client_secret_jwt, OpenID Connect Core §9)."""
    return [
        vault.open(secret.sealed, purpose=PURPOSE)
        for secret in secrets
        if secret.sealed is not None and secret.is_live(now)
    ]


def _seal(text: str, vault: Vault) -> bytes:
    if len(text.encode()) < MIN_SECRET_BYTES:
        refuse("client_secret", "at least 32 bytes for client_secret_jwt")
    return vault.seal_text(text, purpose=PURPOSE)
