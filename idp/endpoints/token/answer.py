"""The token answer – RFC 6749 §5.1, OpenID Connect Core §3.1.3.3: everything signed before anything is spent."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.edge import Answer, Call
from idp.endpoints.token.target import organisation_id_in, power_id_in
from idp.people.claims import claims_of
from idp.people.model import Person
from idp.people.verified import verified_member
from idp.protocol import access_token, encryption, id_token
from idp.protocol.acting_claims import context_claims, office_claims
from idp.protocol.claims import allowed_claims, select_claims
from idp.protocol.context import asks_for_whom
from idp.protocol.facts import ClientFacts, GrantFacts
from idp.protocol.resource import Target
from idp.protocol.scopes import CLAIM_SCOPE, is_personal
from idp.protocol.subject import sector_of
from idp.protocol.verified_claims import names_in
from keys.envelope import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTokens:
    """Tokens that exist but may not leave before the transaction has committed."""

    access_token: str = field(repr=False)
    id_token: str = field(repr=False)
    expires_in: int
    scopes: frozenset[str]

    def answer(self, *, refresh_token: str | None) -> Answer:
        """Return the JSON of RFC 6749 §5.1."""
        content: dict[str, object] = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "scope": " ".join(sorted(self.scopes)),
            "id_token": self.id_token,
        }
        if refresh_token is not None:
            content["refresh_token"] = refresh_token
        return Answer.json(content)


async def sign_tokens(
    call: Call,
    client: ClientFacts,
    grant: GrantFacts,
    *,
    target: Target,
    scopes: frozenset[str],
    nonce: str | None,
    person: Person | None,
    now: datetime,
) -> SignedTokens:
    """Build and sign ID token and access token for a grant; no signer, or no key to encrypt to: nothing is spent."""
    provider, life = call.provider, call.provider.settings.life
    opened = scopes | _scopes_of_claims(grant)
    usual: timedelta = life.access_token_personal if is_personal(opened) else life.access_token
    lifetime = _within_the_power(usual, grant, now)
    in_id_token, in_access_token = _contexts(client, grant, target, provider.vault)
    signed_id_token = await _sign_id_token(
        call, client, grant, nonce=nonce, person=person, context=in_id_token, now=now
    )
    signed_access_token = await provider.keyring.sign(
        access_token.build(
            grant,
            iss=provider.settings.issuer,
            target=target,
            scopes=scopes,
            jti=provider.clock.token(),
            lifetime=lifetime,
            now=now,
            context=in_access_token,
        ),
        typ=access_token.TYP,
        alg="ES256",
        comes_back="openid" in scopes and target.audience == provider.settings.issuer,  # to userinfo
    )
    return SignedTokens(
        access_token=signed_access_token,
        id_token=signed_id_token,
        expires_in=int(lifetime.total_seconds()),
        scopes=scopes,
    )


async def _sign_id_token(
    call: Call,
    client: ClientFacts,
    grant: GrantFacts,
    *,
    nonce: str | None,
    person: Person | None,
    context: dict[str, object],
    now: datetime,
) -> str:
    """Sign the ID token as its client registered it, and encrypt it where that is registered too (Core §10)."""
    provider = call.provider
    claims = id_token.build(
        grant,
        iss=provider.settings.issuer,
        sub=grant.sub,
        nonce=nonce,
        single_claims={} if person is None else _single_claims(person, grant, client, now=now),
        lifetime=_within_the_power(provider.settings.life.id_token, grant, now),
        txn=call.txn,
        now=now,
        context=context,
    )
    signed = await provider.keyring.sign(claims, typ=id_token.TYP, alg=client.id_token_signed_response_alg)
    encrypted = encryption.of_id_tokens(client)
    return signed if encrypted is None else await provider.client_keys.encrypt(client, signed, encrypted)


def _scopes_of_claims(grant: GrantFacts) -> frozenset[str]:
    verified = (*names_in(grant.verified_userinfo), *names_in(grant.verified_id_token))
    single = (*grant.userinfo_claims, *grant.id_token_claims, *verified)
    return frozenset(CLAIM_SCOPE[claim].name for claim in single)


def _contexts(
    client: ClientFacts, grant: GrantFacts, target: Target, vault: Vault
) -> tuple[dict[str, object], dict[str, object]]:
    """Return for whom the person acts, as the client knows it and as the audience does; nothing where nobody asks."""
    if not asks_for_whom(client):
        return {}, {}
    context, sector = grant.context, sector_of(client)
    return (
        context_claims(
            context,
            organisation_id=organisation_id_in(grant, sector, vault),
            power_id=power_id_in(grant, sector, vault),
            actor_sub=context.actor_sub if context else "",
        ),
        context_claims(
            context,
            organisation_id=target.organisation_id,
            power_id=target.power_id,
            actor_sub=target.actor_sub,
        ),
    )


def _single_claims(
    person: Person, grant: GrantFacts, client: ClientFacts, *, now: datetime
) -> dict[str, object]:
    """Return what was asked for one by one, and verified, to stand in the ID token (§5.5)."""
    known = {**claims_of(person, now=now), **office_claims(grant.context)}
    single = select_claims(known, allowed_claims(grant.id_token_claims, client.scopes))
    return single | verified_member(person, grant.verified_id_token, client.scopes, now=now)


def _within_the_power(lifetime: timedelta, grant: GrantFacts, now: datetime) -> timedelta:
    """Return how long a token is good: no longer than the power it is given under, which ends by itself (DESIGN 5.5)."""
    ends_at = grant.context.ends_at if grant.context else None
    return lifetime if ends_at is None else max(min(lifetime, ends_at - now), timedelta())
