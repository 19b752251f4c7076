"""Which answers to a client are encrypted to it, and how – OpenID Connect Core §10.2, Registration §2. Pure."""

from dataclasses import dataclass

from idp.protocol.facts import ClientFacts
from keys.jwe import DEFAULT_CONTENT_ENCRYPTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Encryption:
    """`alg` and `enc` of a JWE."""

    alg: str
    enc: str


def of_id_tokens(client: ClientFacts) -> Encryption | None:
    """Return how the client's ID tokens are encrypted, and with them its logout tokens (Back-Channel Logout §2.4)."""
    return _encryption(client.id_token_encrypted_response_alg, client.id_token_encrypted_response_enc)


def of_userinfo(client: ClientFacts) -> Encryption | None:
    """Return how userinfo answers to the client are encrypted."""
    return _encryption(client.userinfo_encrypted_response_alg, client.userinfo_encrypted_response_enc)


def _encryption(alg: str | None, enc: str | None) -> Encryption | None:
    return None if alg is None else Encryption(alg=alg, enc=enc or DEFAULT_CONTENT_ENCRYPTION)
