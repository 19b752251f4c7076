"""An authenticator inside the browser: DevTools' virtual one (CDP domain WebAuthn), which answers without a dialog."""

from typing import Any

from tests.journeys.visitor import Visitor


class Device:
    """The authenticator of one tab."""

    def __init__(self, visitor: Visitor, *, verifies: bool = True) -> None:
        self._session = visitor.context.new_cdp_session(visitor.page)
        self._session.send("WebAuthn.enable")
        made = self._session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": verifies,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        self._id = made["authenticatorId"]

    @property
    def credentials(self) -> list[dict[str, Any]]:
        """What it holds."""
        held = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return list(held["credentials"])

    def verify(self, *, verified: bool) -> None:
        """Let its user show a finger, or not."""
        self._session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": verified}
        )

    def lose(self) -> None:
        """Take it away with all that it holds."""
        self._session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self._id})
