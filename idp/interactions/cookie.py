"""An authorization request on its way through the pages, sealed in a cookie of the browser it began in (DESIGN 5.12).

The id stands in URLs and is no secret: without the cookie it opens nothing. What is sealed is what was sent; it is
checked again against the client at every step, so a client disabled meanwhile gets nothing. At most four are open per
browser, the oldest is dropped.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from idp.protocol.authorization_request import AuthorizationRequest, RawAuthorizationRequest, check
from idp.protocol.facts import ClientFacts
from keys.envelope import Unsealable, Vault

_PURPOSE = "interaction"
_MOST_OPEN = 4
LONGEST_COOKIE = 3 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInteraction:
    """What a cookie held: authentic, since only we can seal it, and of this browser, since it came with it."""

    interaction_id: str
    client_id: str
    redirect_uri: str
    values: dict[str, str] = field(repr=False)
    hinted_sub: str | None
    started_at: datetime

    def request(self, client: ClientFacts, *, iss: str) -> AuthorizationRequest:
        """Return the request, checked against the client as registered now."""
        raw = RawAuthorizationRequest(values=self.values, repeated=frozenset())
        return check(
            raw,
            client,
            redirect_uri=self.redirect_uri,
            hinted_sub=self.hinted_sub,
            iss=iss,
            now=self.started_at,
        )

    def is_over(self, now: datetime, lifetime: timedelta) -> bool:
        """Tell whether it has taken too long."""
        return now >= self.started_at + lifetime


def seal_interaction(interaction: OpenInteraction, vault: Vault) -> str:
    """Return the cookie's value."""
    text = json.dumps(
        {
            "i": interaction.interaction_id,
            "v": interaction.values,
            "h": interaction.hinted_sub,
            "t": interaction.started_at.timestamp(),
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return vault.seal_compact(text, purpose=_PURPOSE)


def open_interaction(
    cookies: Mapping[str, str], interaction_id: str, prefix: str, vault: Vault
) -> OpenInteraction | None:
    """Return the interaction if this browser holds it."""
    sealed = cookies.get(prefix + interaction_id)
    if sealed is None:
        return None
    try:
        content = json.loads(vault.open_compact(sealed, purpose=_PURPOSE))
    except Unsealable:
        return None
    if content["i"] != interaction_id:
        return None
    return OpenInteraction(
        interaction_id=interaction_id,
        client_id=content["v"]["client_id"],
        redirect_uri=content["v"]["redirect_uri"],
        values=content["v"],
        hinted_sub=content["h"],
        started_at=datetime.fromtimestamp(content["t"], UTC),
    )


def surplus(cookies: Mapping[str, str], prefix: str, vault: Vault) -> list[str]:
    """Return the names of interaction cookies to drop before one more is set: broken ones, then the oldest."""
    ages: list[tuple[datetime, str]] = []
    dropped: list[str] = []
    for name in cookies:
        if not name.startswith(prefix):
            continue
        interaction = open_interaction(cookies, name.removeprefix(prefix), prefix, vault)
        if interaction is None:
            dropped.append(name)
        else:
            ages.append((interaction.started_at, name))
    ages.sort()
    return dropped + [name for _, name in ages[: max(0, len(ages) - _MOST_OPEN + 1)]]
