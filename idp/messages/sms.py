"""SMS over a gateway's HTTP interface: JSON by POST, with a bearer secret (RFC 6750 §2.1).

The connection is federation/fetch.py's, with all its guards. The body is `{"id", "from", "to", "text"}`; 2xx is
taken; a message that it refuses is given up; any other answer is none about the message, which comes again: a wrong
secret, a wrong address or a gateway that moved may be mended.
"""

import json
from dataclasses import dataclass, field

from federation.fetch import Fetcher, FetchFailed
from idp.messages.model import Message, NotSent

_REFUSED = frozenset({400, 409, 413, 422})


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
            status = await self.fetcher.tell_json(self.url, json.dumps(body).encode(), headers=headers)
        except FetchFailed as error:
            raise NotSent(error.in_full()) from None
        if 200 <= status < 300:
            return
        raise NotSent(f"the gateway answers {status}", is_final=status in _REFUSED)
