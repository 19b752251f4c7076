"""Client registration – RFC 7591 §3, OpenID Connect Registration §3.

Stricter: off unless the settings say otherwise, and then by an initial access token; without one in the certification
deployment profile alone.
"""

from functools import partial

from idp.audit.occasion import Occasion
from idp.clients.model import Invitation, IssuedSecret, Registration
from idp.clients.outside import Checked
from idp.clients.service import issue_secret, put_client
from idp.clients.strangers import ANYBODY, SCOPES_OF_ANYBODY, stranger
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.endpoints.registration_document import (
    check_document,
    check_offered,
    counter_of,
    parse_bearer,
    refused_token,
    registered,
)
from idp.ids import NO_BUCKET, ClientId, HandleKind
from idp.protocol.errors import InvalidToken, ToBearer, ToJson, refusing
from idp.settings import RegistrationMode
from idp.transaction import Tx
from keys.envelope import Vault


async def register(call: Call) -> Answer:
    """Register a client and answer what was stored, its secret and the token it changes itself by."""
    mode = check_offered(call)
    provider, occasion = call.provider, call.occasion()
    provider.limits.check(counter_of(call), now=occasion.now)
    token = parse_bearer(call)
    with refusing(ToBearer()):
        invitation = None if token is None else await _find_invitation(call, token)
    if invitation is None and mode is not RegistrationMode.OPEN:
        with refusing(ToBearer(bare=True)):
            raise InvalidToken("an initial access token is needed")
    may_ask = SCOPES_OF_ANYBODY if invitation is None else invitation.scopes
    with refusing(ToJson()):
        base = stranger(
            ClientId(f"c-{provider.clock.token()}"),
            may_ask,
            is_certification=provider.settings.is_certification,
        )
        checked = await check_document(call, call.json_object(), base, may_ask=may_ask)
        facts = checked.facts
        own_token = provider.clock.handle(HandleKind.REGISTRATION, NO_BUCKET)
        create = partial(
            _create,
            checked=checked,
            invited_by=token,
            registration=Registration(client_id=facts.client_id, scopes=may_ask),
            own_token=own_token,
            vault=provider.vault,
            response_types=provider.response_types,
            occasion=occasion,
        )
        outcome = await provider.database.transact(create)
    with refusing(ToBearer()):
        secret = outcome.unwrap()
    await provider.configuration.refresh()  # it may come to /authorize at once
    return registered(call, facts, issued_at=occasion.now, token=own_token, secret=secret, status=201)


async def _find_invitation(call: Call, token: str) -> Invitation:
    now = call.provider.clock.now()
    found = await call.provider.database.read(lambda tx: tx.invitations.find(token, now))
    if found is None:
        await call.provider.limits.count(counter_of(call), now=now)
        raise refused_token("no such initial access token, or no use of it is left")
    return found


def _create(
    tx: Tx,
    *,
    checked: Checked,
    invited_by: str | None,
    registration: Registration,
    own_token: str,
    vault: Vault,
    response_types: tuple[str, ...],
    occasion: Occasion,
) -> Done[IssuedSecret | None] | Refused:
    """Take one use of the initial access token, and store the client with all it holds."""
    actor = ANYBODY
    if invited_by is not None:
        invitation = tx.invitations.spend(invited_by, occasion.now)
        if invitation is None:
            return Refused(refused_token("its last use was taken meanwhile"))
        actor = f"invitation:{invitation.invitation_id}"
    facts = checked.facts
    put_client(tx, facts, actor=actor, occasion=occasion, logo=checked.logo, response_types=response_types)
    tx.registrations.add(registration, own_token, occasion.now)
    if not facts.has_secret:
        return Done(None)
    return Done(issue_secret(tx, facts.client_id, vault=vault, actor=actor, occasion=occasion))
