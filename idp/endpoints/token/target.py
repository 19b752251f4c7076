"""Whom the access token of a token request is for – RFC 8707 §2.2, with the audience's own names (DESIGN 5.1, 5.5).

A refusal spends nothing and burns nothing: whoever gets this far has proved the code or the refresh token to be theirs.
"""

from functools import partial

from idp.database import Done
from idp.edge import Call
from idp.grants.gid import gid_at
from idp.ids import PersonId
from idp.protocol.context import subject_of
from idp.protocol.facts import ClientFacts, GrantFacts
from idp.protocol.resource import Target, check_target
from idp.protocol.subject import sector_of, sector_of_audience
from idp.transaction import Tx
from keys.envelope import Vault


async def find_target(call: Call, client: ClientFacts, grant: GrantFacts, resource: str | None) -> Target:
    """Return the audience asked for; the first token of a person for one chooses their `sub` there, for ever."""
    provider = call.provider
    audience = check_target(resource, client, grant, iss=provider.settings.issuer)
    sector = sector_of_audience(client, audience, iss=provider.settings.issuer)
    context, is_home = grant.context, sector == sector_of(client)
    sub = grant.sub if is_home else await _sub_in(call, subject_of(grant), sector)
    actor_sub = context.actor_sub if context else ""
    if actor_sub and not is_home:
        actor_sub = await _sub_in(call, grant.person_id, sector)
    return Target(
        audience=audience,
        sub=sub,
        gid=gid_at(audience, grant.gid, provider.vault),
        actor_sub=actor_sub,
        organisation_id=organisation_id_in(grant, sector, provider.vault),
        power_id=power_id_in(grant, sector, provider.vault),
    )


def organisation_id_in(grant: GrantFacts, sector: str, vault: Vault) -> str:
    """Return what a sector calls the organisation a grant is for: the same for all its people, another elsewhere."""
    context = grant.context
    if context is None or context.organisation is None:
        return ""
    return vault.subject(context.principal_id, f"org {sector}")


def power_id_in(grant: GrantFacts, sector: str, vault: Vault) -> str:
    """Return what a sector calls the mandate or post a grant hangs on: one person's, so another value elsewhere."""
    context = grant.context
    return "" if context is None else vault.subject(context.context_id, f"power {sector}")


async def _sub_in(call: Call, person_id: PersonId, sector: str) -> str:
    """Return the person's `sub` in a sector; a write only the first time."""
    provider = call.provider
    known = await provider.database.glance(partial(_find_sub, person_id=person_id, sector=sector))
    if known is not None:
        return known
    first = provider.vault.subject(person_id, sector)
    choose = partial(_choose_sub, person_id=person_id, sector=sector, first=first)
    return (await provider.database.transact(choose)).unwrap()


def _find_sub(tx: Tx, *, person_id: PersonId, sector: str) -> str | None:
    return tx.subjects.find(person_id, sector)


def _choose_sub(tx: Tx, *, person_id: PersonId, sector: str, first: str) -> Done[str]:
    return Done(tx.subjects.sub_for(person_id, sector, first))
