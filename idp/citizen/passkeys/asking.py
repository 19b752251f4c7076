"""The question a page asks an authenticator: options for the browser, and the same challenge sealed for us."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from idp.citizen.interaction import Opened
from idp.credentials.challenge import (
    Ceremony,
    Challenge,
    ChallengeRefused,
    open_challenge,
    seal_challenge,
)
from idp.credentials.passkey import RelyingPartyId, request_options
from idp.edge import Call
from idp.protocol.assurance import Acr
from idp.protocol.next_step import required_acr
from idp.protocol.offered_ways import offers_passkeys

_CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a page carries."""

    options: str
    """JSON for `parse…OptionsFromJSON`."""
    sealed: str = field(repr=False)
    """The challenge, to come back with the answer."""


def relying_party_id(call: Call) -> RelyingPartyId:
    """Return the exact host of the issuer, and its origin (DESIGN 5.13)."""
    issuer = call.provider.settings.issuer
    return RelyingPartyId(rp_id=urlsplit(issuer).hostname or "", origin=issuer)


def may_use_passkey(call: Call, opened: Opened) -> bool:
    """Tell whether a passkey could do for this interaction; at a bare address browsers have none (§5.1.3)."""
    down = call.provider.takes_degraded(call.provider.clock.now())
    return offers_passkeys(opened.request, opened.client, upstream_down=down) and has_passkeys(call)


def has_passkeys(call: Call) -> bool:
    """Tell whether browsers have passkeys where this deployment is."""
    return not _is_address(relying_party_id(call).rp_id)


def ask_to_sign_in(call: Call, opened: Opened) -> Question:
    """Return the question of a sign-in. Above level low the user must be verified: a key alone is one factor."""
    challenge = new_challenge(
        call,
        Ceremony.SIGN_IN,
        opened.interaction_id,
        requires_verification=required_acr(opened.request, opened.client) is not Acr.LOW,
    )
    options = request_options(relying_party_id(call), challenge)
    return Question(options=options, sealed=seal_challenge(challenge, call.provider.vault))


def new_challenge(
    call: Call, ceremony: Ceremony, place: str, *, requires_verification: bool, user_handle: bytes = b""
) -> Challenge:
    """Return a challenge that nobody was asked before."""
    clock = call.provider.clock
    return Challenge(
        value=clock.random_bytes(_CHALLENGE_BYTES),
        ceremony=ceremony,
        place=place,
        asked_at=clock.now(),
        requires_verification=requires_verification,
        user_handle=user_handle,
    )


def asked_challenge(call: Call, unverified_sealed: str, ceremony: Ceremony, place: str) -> Challenge:
    """Return the challenge that comes back, or raise ChallengeRefused; one of before a restore is over (adr/0027)."""
    provider = call.provider
    challenge = open_challenge(
        unverified_sealed,
        provider.vault,
        expected_ceremony=ceremony,
        expected_place=place,
        now=provider.clock.now(),
    )
    if provider.configuration.is_of_before(challenge.asked_at):
        raise ChallengeRefused("asked before a restore")
    return challenge


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
