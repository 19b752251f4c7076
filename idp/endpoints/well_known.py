"""Discovery – OpenID Connect Discovery §4, RFC 8414 §3."""

from idp.edge import Answer, Call
from idp.endpoints.token import GRANTS
from idp.protocol.discovery import metadata
from idp.protocol.profiles import SIGNING_ALGORITHMS
from idp.settings import RegistrationMode


async def openid_configuration(call: Call) -> Answer:
    """Answer the metadata, derived from what is wired."""
    document = metadata(
        call.provider.settings.issuer,
        grant_types=tuple(GRANTS),
        signing_algorithms=tuple(
            alg for alg in SIGNING_ALGORITHMS if alg in call.provider.keyring.algorithms()
        ),
        offers_registration=call.provider.settings.registration_mode is not RegistrationMode.OFF,
        offers_session_iframe=call.provider.settings.is_certification,
        response_types=call.provider.response_types,
    )
    return Answer.json(document, headers=(("cache-control", "public, max-age=300"),))
