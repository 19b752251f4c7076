"""Passkeys – WebAuthn Level 3 §7.1, §7.2 through py_webauthn, and what the library leaves to its user (SECURITY E15).

Stricter than the library: client data is I-JSON, never cross-origin and of no other top origin; `id` is `rawId` as text
and the credential id that was attested; the user handle is there and the credential's own; attestation is none, or by
the key itself; whether it is synced never changes; whatever a hostile answer makes a parser raise is a refusal. The
counter is left to the store, whose one statement moves it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_attestation_object,
    parse_authenticator_data,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from idp.credentials.challenge import LIFE, Challenge
from idp.credentials.model import Passkey
from keys.strict_json import parse_json_object

ALGORITHMS = (
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
"""What is asked for, and nothing else is taken: ES256, EdDSA, RS256 (§5.8.5)."""
RP_NAME = "Hải Phòng ID"
LONGEST_ANSWER = 16 * 1024
_LONGEST_ID = 1023
"""Bytes (§7.1 no. 25)."""
_TIMEOUT_MS = int(LIFE.total_seconds() * 1000)
_TRANSPORTS = frozenset(one.value for one in AuthenticatorTransport)


class PasskeyRefused(Exception):
    """An answer that is none; the text says why, for our log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingPartyId:
    """Who asks: the exact host of the issuer, and its one origin (§5.1.2, §13.4.9)."""

    rp_id: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What an answer names before anything is checked: where to look."""

    unverified_credential_id: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A new credential, as the ceremony proved it."""

    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    transports: tuple[str, ...]
    is_synced: bool
    is_backed_up: bool
    aaguid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """What a sign-in proved; the counter is still to be moved on."""

    sign_count: int
    is_verified: bool
    """UV: PIN, fingerprint or face. Without it the key alone was proved, one factor (SP 800-63B-4 §3.1.7)."""
    is_backed_up: bool


def creation_options(
    rp: RelyingPartyId, challenge: Challenge, *, user_name: str, known: Iterable[Passkey]
) -> str:
    """Return what the browser is asked for a new passkey (§5.4), as JSON."""
    options = generate_registration_options(
        rp_id=rp.rp_id,
        rp_name=RP_NAME,
        user_name=user_name,
        user_id=challenge.user_handle,
        challenge=challenge.value,
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        supported_pub_key_algs=list(ALGORITHMS),
    )
    return options_to_json(options)


def request_options(rp: RelyingPartyId, challenge: Challenge) -> str:
    """Return what the browser is asked for a sign-in (§5.5), as JSON: the same for everybody, no credential is named."""
    verification = (
        UserVerificationRequirement.REQUIRED
        if challenge.requires_verification
        else UserVerificationRequirement.PREFERRED
    )
    options = generate_authentication_options(
        rp_id=rp.rp_id, challenge=challenge.value, timeout=_TIMEOUT_MS, user_verification=verification
    )
    return options_to_json(options)


def check_registration(unverified_answer: str, *, challenge: Challenge, rp: RelyingPartyId) -> Bound:
    """Return the new credential, or raise PasskeyRefused (§7.1)."""
    with _refusing():
        answer, response = _read(unverified_answer)
        attested = parse_attestation_object(base64url_to_bytes(_text(response, "attestationObject")))
        if attested.fmt not in {AttestationFormat.NONE, AttestationFormat.PACKED} or attested.att_stmt.x5c:
            raise PasskeyRefused("an attestation that was not asked for")
        checked = verify_registration_response(
            credential=answer,
            expected_challenge=challenge.value,
            expected_rp_id=rp.rp_id,
            expected_origin=rp.origin,
            require_user_presence=True,
            require_user_verification=challenge.requires_verification,
            supported_pub_key_algs=list(ALGORITHMS),
        )
        # a key that is none would be found out at the first sign-in
        decoded_public_key_to_cryptography(decode_credential_public_key(checked.credential_public_key))
        if not 16 <= len(checked.credential_id) <= _LONGEST_ID:
            raise PasskeyRefused("a credential id of an impossible length")
        if base64url_to_bytes(_text(answer, "rawId")) != checked.credential_id:
            raise PasskeyRefused("rawId is not the credential id that was attested")
        named = response.get("transports")
        transports = {one for one in named if isinstance(one, str)} if isinstance(named, list) else set()
        return Bound(
            credential_id=checked.credential_id,
            public_key=checked.credential_public_key,
            sign_count=checked.sign_count,
            transports=tuple(sorted(transports & _TRANSPORTS)),
            is_synced=checked.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
            is_backed_up=checked.credential_backed_up,
            aaguid=checked.aaguid,
        )


def read_assertion(unverified_answer: str) -> Presented:
    """Return which credential an answer says it is of, or raise PasskeyRefused."""
    with _refusing():
        answer = _object(unverified_answer)
        return Presented(unverified_credential_id=base64url_to_bytes(_text(answer, "rawId")))


def check_assertion(
    unverified_answer: str, *, challenge: Challenge, rp: RelyingPartyId, passkey: Passkey
) -> Asserted:
    """Return what was proved with this passkey, or raise PasskeyRefused (§7.2)."""
    with _refusing():
        answer, response = _read(unverified_answer)
        if base64url_to_bytes(_text(answer, "rawId")) != passkey.credential_id:
            raise PasskeyRefused("another credential")
        if base64url_to_bytes(_text(response, "userHandle")) != passkey.user_handle:
            raise PasskeyRefused("the user handle is another's")
        checked = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge.value,
            expected_rp_id=rp.rp_id,
            expected_origin=rp.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,  # the store's statement compares it
            require_user_verification=challenge.requires_verification,
        )
        data = parse_authenticator_data(base64url_to_bytes(_text(response, "authenticatorData")))
        if data.flags.be is not passkey.is_synced:  # no. 19
            raise PasskeyRefused("the backup eligibility changed")
        return Asserted(
            sign_count=checked.new_sign_count,
            is_verified=checked.user_verified,
            is_backed_up=checked.credential_backed_up,
        )


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (
        *(WebAuthnException, ValueError, LookupError, TypeError, AttributeError),
        *(ArithmeticError, RecursionError),
    ) as error:
        raise PasskeyRefused(type(error).__name__) from error  # its text may hold what a stranger sent


def _read(unverified_answer: str) -> tuple[dict[str, object], dict[str, object]]:
    """Return the answer and its response, once the client data are of this page and of no frame."""
    answer = _object(unverified_answer)
    if _text(answer, "id") != _text(answer, "rawId"):
        raise PasskeyRefused("id is not rawId")
    response = answer.get("response")
    if not isinstance(response, dict):
        raise PasskeyRefused("no response")
    client_data = parse_json_object(base64url_to_bytes(_text(response, "clientDataJSON")))
    if client_data.get("crossOrigin", False) is not False or "topOrigin" in client_data:
        raise PasskeyRefused("asked from a frame of another origin")  # §13.4.9
    return answer, response


def _object(unverified_answer: str) -> dict[str, object]:
    if len(unverified_answer) > LONGEST_ANSWER:
        raise PasskeyRefused("too long")
    return parse_json_object(unverified_answer.encode())


def _text(values: dict[str, object], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not value:
        raise PasskeyRefused(f"no {name}")
    return value
