"""Who registers a client without an operator, and what such a client is before it says anything. Pure.

In the certification profile everybody and everything is invented: there, and only there, a stranger's client takes
the test person's password and tells instead of asking, as the static clients of the conformance suite do (DESIGN 5.17).
"""

from idp.ids import ClientId
from idp.protocol.assurance import Acr
from idp.protocol.facts import ClientFacts, LocalLogin, Profile
from idp.protocol.scopes import SCOPES, LegalBasis

SCOPES_OF_ANYBODY = frozenset({"openid", "profile", "email", "phone", "address", "offline_access"})
"""What a client may ask for that nobody has invited: the scopes of OpenID Connect Core §5.4 and §11."""
ANYBODY = "anybody"
"""How the record names who came without an invitation."""


def stranger(client_id: ClientId, scopes: frozenset[str], *, is_certification: bool) -> ClientFacts:
    """Return what a client is that has said nothing yet, and may ask for these scopes."""
    return ClientFacts(
        client_id=client_id,
        name=client_id,
        name_en="",
        agency="",
        profile=Profile.OIDC if is_certification else Profile.CITY,
        enabled=True,
        sector=client_id,
        redirect_uris=(),
        scopes=scopes & SCOPES.keys(),
        local_login=LocalLogin.LOW if is_certification else LocalLogin.NEVER,
        default_acr=Acr.LOW if is_certification else None,
        legal_basis=dict.fromkeys(scopes & SCOPES.keys(), LegalBasis.PUBLIC_TASK) if is_certification else {},
    )
