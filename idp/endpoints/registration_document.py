"""What the two endpoints of registration share: the bearer, the checks of what is sent, the answer – RFC 7591, RFC 7592.

Everything that asks other servers comes after the bearer is known, is counted per address, and comes before the
transaction.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from idp.clients.model import IssuedSecret
from idp.clients.outside import Checked, ask_outside, needs_sector_identifier
from idp.edge import Answer, BadCall, Call
from idp.limits.model import Limit, address_key
from idp.limits.service import Counter
from idp.protocol.client_metadata import read_metadata, write_metadata
from idp.protocol.discovery import ENDPOINTS
from idp.protocol.errors import InvalidToken, ToBearer, refusing
from idp.protocol.facts import ClientFacts
from idp.protocol.profiles import rules_of
from idp.protocol.registered_fields import refuse
from idp.protocol.registration import check_registration, check_signing
from idp.protocol.userinfo import is_another_scheme, parse_token
from idp.settings import RegistrationMode

PATH = ENDPOINTS["registration_endpoint"]


def check_offered(call: Call) -> RegistrationMode:
    """Return who may register; an endpoint that is off is not there."""
    mode = call.provider.settings.registration_mode
    if mode is RegistrationMode.OFF:
        raise BadCall(404, "no such address")
    return mode


def parse_bearer(call: Call) -> str | None:
    """Return the bearer token, from the header alone (RFC 7591 §3, RFC 7592 §2)."""
    authorization = call.headers.get("authorization")
    with refusing(ToBearer(bare=is_another_scheme(authorization))):
        return parse_token(authorization, {})


def refused_token(detail: str) -> InvalidToken:
    """Return the one answer to a token that opens nothing."""
    return InvalidToken("the token is not valid here", detail=detail)


def counter_of(call: Call) -> Counter:
    """Return by what a caller is counted: registrations, changes, and tokens that open nothing."""
    return Limit.REGISTRATIONS, address_key(call.peer)


async def check_document(
    call: Call,
    document: Mapping[str, object],
    base: ClientFacts,
    *,
    may_ask: frozenset[str],
    before: ClientFacts | None = None,
) -> Checked:
    """Return what may be stored, or raise the error that names the member (RFC 7591 §3.2.2)."""
    facts = read_metadata(document, base)
    if not facts.scopes <= may_ask:
        refuse("scope", "more than this client may ask for")
    bases = {scope: basis for scope, basis in facts.legal_basis.items() if scope in facts.scopes}
    facts = check_registration(replace(facts, legal_basis=bases), response_types=call.provider.response_types)
    check_signing(facts, call.provider.keyring.algorithms())
    if before is None and document.get("subject_type") == "pairwise" and needs_sector_identifier(facts):
        refuse("sector_identifier_uri", "needed for pairwise, since redirect_uris have several hosts")
    await call.provider.limits.count(counter_of(call), now=call.provider.clock.now())
    return await ask_outside(facts, call.provider.registration_fetcher, before=before)


def registered(
    call: Call,
    facts: ClientFacts,
    *,
    issued_at: datetime,
    token: str,
    secret: IssuedSecret | None,
    status: int = 200,
) -> Answer:
    """Return everything registered, as stored (RFC 7591 §3.2.1); a secret is in the answer that makes it alone."""
    answer: dict[str, object] = {
        "client_id": facts.client_id,
        "client_id_issued_at": int(issued_at.timestamp()),
        "registration_access_token": token,
        "registration_client_uri": (
            f"{call.provider.settings.issuer}{PATH}?{urlencode({'client_id': facts.client_id})}"
        ),
        **write_metadata(facts),
    }
    if not facts.is_public:  # RFC 9701 §6 would have it RS256 where nothing is said
        answer.setdefault("introspection_signed_response_alg", rules_of(facts).default_signing_alg)
    if secret is not None:
        end = secret.expires_at
        answer["client_secret"] = secret.text
        answer["client_secret_expires_at"] = 0 if end is None else int(end.timestamp())
    return Answer.json(answer, status=status)
