"""What a browser held before a sign-out, sent again by a program: whose session does it still open?"""

from dataclasses import dataclass, field

import httpx

from tests.journeys.stack import Stack
from tests.journeys.visitor import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCookies:
    """The cookies of one browser, for every service."""

    probes: dict[str, tuple[str, str]]
    """Service → a page that only somebody signed in gets to see, and the id that shows it."""
    cookies: dict[str, str] = field(repr=False)

    def open_sessions(self) -> set[str]:
        """Return the services where these cookies are still good for a session."""
        with httpx.Client() as client:
            return {
                service
                for service, (url, sign) in self.probes.items()
                if sign in client.get(url, headers={"cookie": self.cookies[service]}).text
            }


def take_cookies(visitor: Visitor, stack: Stack) -> HeldCookies:
    """Copy what this browser holds now."""
    probes = {
        "portal": (f"{stack.portal}/my-files", 'id="signed-in-name"'),
        "data store": (f"{stack.data_store}/documents", 'id="signed-in-name"'),
        "provider": (f"{stack.provider}/", 'id="signed-in"'),
    }
    return HeldCookies(
        probes=probes, cookies={service: visitor.cookies(url) for service, (url, _) in probes.items()}
    )
