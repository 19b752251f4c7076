"""An authorization request on its way through the pages, sealed in a cookie of the browser it began in (DESIGN 5.12).

The id stands in URLs and is no secret: without the cookie it opens nothing. What is sealed is what was sent; it is
checked again against the client at every step, so a client disabled meanwhile gets nothing. What is too large for a
cookie lies in a row, named in the cookie. At most four are open per browser, the oldest is dropped.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from idp.grants.model import StoredRequest
from idp.ids import ClientId
from idp.protocol.authorization_request import AuthorizationRequest, RawAuthorizationRequest, check
from idp.protocol.context import Answered
from idp.protocol.facts import ClientFacts
from idp.protocol.front_channel import CODE
from keys.envelope import Unsealable, Vault

_PURPOSE = "interaction"
_MOST_OPEN = 4
LONGEST_COOKIE = 3 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInteraction:
    """An interaction of this browser with its request."""

    interaction_id: str
    asked: StoredRequest
    started_at: datetime
    stored_as: str | None = field(default=None, repr=False)
    """Handle of the row the request lies in, pushed or too large for the cookie; spent with the code."""
    answered: Answered | None = None
    """For whom the person acts, if they were asked in this interaction and have said so."""

    @property
    def client_id(self) -> ClientId:
        """Who asks."""
        return ClientId(self.asked.values["client_id"])

    @property
    def redirect_uri(self) -> str:
        """Where the answer goes, if it is still registered."""
        return self.asked.values["redirect_uri"]

    def request(
        self, client: ClientFacts, *, iss: str, response_types: tuple[str, ...] = (CODE,)
    ) -> AuthorizationRequest:
        """Return the request, checked against the client as registered now."""
        raw = RawAuthorizationRequest(values=self.asked.values, repeated=frozenset())
        return check(
            raw,
            client,
            redirect_uri=self.redirect_uri,
            hinted_sub=self.asked.hinted_sub,
            iss=iss,
            now=self.started_at,
            response_types=response_types,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldInteraction:
    """What a cookie held: authentic, since only we can seal it, and of this browser, since it came with it."""

    interaction_id: str
    client_id: ClientId
    started_at: datetime
    stored_as: str | None = field(repr=False)
    asked: StoredRequest | None
    """None: it lies in its row."""
    declined: bool = False
    """A no ended it: it is held a moment longer for a second press of the same button, and opens nothing else."""
    answered: Answered | None = None

    def is_over(self, now: datetime, lifetime: timedelta) -> bool:
        """Tell whether it has taken too long."""
        return now >= self.started_at + lifetime

    def open(self, asked: StoredRequest) -> OpenInteraction:
        """Return it with its request."""
        return OpenInteraction(
            interaction_id=self.interaction_id,
            asked=asked,
            started_at=self.started_at,
            stored_as=self.stored_as,
            answered=self.answered,
        )


def seal_interaction(interaction: OpenInteraction, vault: Vault, *, by_reference: bool = False) -> str:
    """Return the cookie's value; by reference it says in which row the request lies, and not what it is."""
    content: dict[str, object] = {
        "i": interaction.interaction_id,
        "c": interaction.client_id,
        "t": interaction.started_at.timestamp(),
        "p": interaction.stored_as,
    }
    if not by_reference:
        content |= {"v": interaction.asked.values, "h": interaction.asked.hinted_sub}
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return vault.seal_compact(text, purpose=_PURPOSE)


def seal_declined(sealed: str, vault: Vault) -> str:
    """Return the cookie's value once a no has ended it."""
    return _seal_with(sealed, vault, {"d": True})


def seal_answered(sealed: str, vault: Vault, answered: Answered) -> str:
    """Return the cookie's value once the person has said for whom they act, in the place of what they said before."""
    return _seal_with(sealed, vault, {"w": [answered.session_id, answered.choice_id]})


def _seal_with(sealed: str, vault: Vault, more: Mapping[str, object]) -> str:
    content = json.loads(vault.open_compact(sealed, purpose=_PURPOSE))
    text = json.dumps({**content, **more}, separators=(",", ":"), ensure_ascii=False)
    return vault.seal_compact(text, purpose=_PURPOSE)


def held_interaction(
    cookies: Mapping[str, str], interaction_id: str, prefix: str, vault: Vault
) -> HeldInteraction | None:
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
    asked = StoredRequest(values=content["v"], hinted_sub=content["h"]) if "v" in content else None
    return HeldInteraction(
        interaction_id=interaction_id,
        client_id=ClientId(content["c"]),
        started_at=datetime.fromtimestamp(content["t"], UTC),
        stored_as=content.get("p"),
        asked=asked,
        declined=content.get("d", False),
        answered=_answered(content.get("w")),
    )


def _answered(said: list[str] | None) -> Answered | None:
    return None if said is None else Answered(session_id=said[0], choice_id=said[1])


def surplus(cookies: Mapping[str, str], prefix: str, vault: Vault) -> list[str]:
    """Return the names of interaction cookies to drop before one more is set: broken ones, then the oldest."""
    ages: list[tuple[datetime, str]] = []
    dropped: list[str] = []
    for name in cookies:
        if not name.startswith(prefix):
            continue
        interaction = held_interaction(cookies, name.removeprefix(prefix), prefix, vault)
        if interaction is None:
            dropped.append(name)
        else:
            ages.append((interaction.started_at, name))
    ages.sort()
    return dropped + [name for _, name in ages[: max(0, len(ages) - _MOST_OPEN + 1)]]
