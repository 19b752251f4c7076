"""SMS over a gateway's HTTP interface: JSON by POST, with a bearer secret (RFC 6750 §2.1).

The connection is federation/fetch.py's, with all its guards. The body is `{"id", "from", "to", "text"}`; 2xx is
taken; what a later attempt may mend comes again; any other answer is final.
"""

import json
from dataclasses import dataclass, field

from federation.fetch import Fetcher, FetchFailed
from idp.messages.model import Message, NotSent

_COME_AGAIN = frozenset({401, 403, 408, 425, 429})
"""Of 401 and 403 our secret is the cause, which may be mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySender:
    """Hands messages to one gateway."""

    url: str
    secret: str = field(repr=False)
    sender: str
    """Name or number that messages come from."""
    fetcher: Fetcher

    async def send(self, message: Message) -> None:
        """Send a message, or raise NotSent."""
        body = {"id": message.message_id, "from": self.sender, "to": message.to, "text": message.text}
        headers = {"authorization": f"Bearer {self.secret}"}
        try:
            response = await self.fetcher.post_json(self.url, json.dumps(body).encode(), headers=headers)
        except FetchFailed as error:
            raise NotSent(error.in_full()) from None
        if 200 <= response.status < 300:
            return
        again = response.status >= 500 or response.status in _COME_AGAIN
        raise NotSent(f"the gateway answers {response.status}", is_final=not again)
