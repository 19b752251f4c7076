"""Discovery – OpenID Connect Discovery §4, RFC 8414 §3."""

from collections.abc import Hashable, Mapping

from idp.edge import Answer, Call
from idp.endpoints.published import Published, Shelf
from idp.endpoints.token import GRANTS
from idp.protocol.discovery import metadata
from idp.protocol.profiles import SIGNING_ALGORITHMS
from idp.provider import Provider
from idp.settings import RegistrationMode

_SECONDS = 300


async def openid_configuration(call: Call) -> Answer:
    """Answer the metadata, derived from what is wired; anew only when another algorithm can sign."""
    return METADATA.find(call.provider).answer(call)


def _what(provider: Provider) -> Hashable:
    settings = provider.settings
    return (
        settings.issuer,
        settings.registration_mode,
        settings.profile,
        provider.response_types,
        provider.keyring.algorithms(),
    )


def _made(provider: Provider) -> Published:
    return Published.of(_document(provider, provider.keyring.algorithms()), max_age=_SECONDS)


def _document(provider: Provider, algorithms: frozenset[str]) -> Mapping[str, object]:
    return metadata(
        provider.settings.issuer,
        grant_types=tuple(GRANTS),
        signing_algorithms=tuple(alg for alg in SIGNING_ALGORITHMS if alg in algorithms),
        offers_registration=provider.settings.registration_mode is not RegistrationMode.OFF,
        offers_session_iframe=provider.settings.is_certification,
        response_types=provider.response_types,
    )


METADATA = Shelf(_what, _made)
