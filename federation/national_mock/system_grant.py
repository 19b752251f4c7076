"""The grant for systems: client credentials – RFC 6749 §4.4 – by the client's own key, for the registers alone."""

from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from federation.national_mock.clients import PRIVATE_KEY_JWT, REGISTERS_SCOPE


class SystemGrant(ClientCredentialsGrant):
    """A secret is not enough here: it signs people in, it does not open registers."""

    TOKEN_ENDPOINT_AUTH_METHODS = (PRIVATE_KEY_JWT,)

    def validate_requested_scope(self) -> None:
        """The scope has to be asked for, and there is one."""
        if self.request.payload.scope != REGISTERS_SCOPE:
            raise InvalidScopeError(f"scope must be {REGISTERS_SCOPE}")
