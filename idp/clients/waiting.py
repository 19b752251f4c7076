"""How many requests may wait for clients' own servers: some for each client, not too many in all (SECURITY H04, R30).

Whoever waits holds one of the places of this process (idp/admission.py), and anybody may name a client: without an end
to it, one client's slow server would have everybody turned away.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from idp.clients.model import TooManyWait
from idp.ids import ClientId

_SHARE_OF_ONE = 4


class Waiting:
    """Those of this process."""

    def __init__(self, most: int = 64) -> None:
        """`most` may wait in all, a quarter of that for one client."""
        self._most = most
        self._most_of_one = max(most // _SHARE_OF_ONE, 1)
        self._of: Counter[ClientId] = Counter()

    @contextmanager
    def for_server_of(self, client_id: ClientId) -> Iterator[None]:
        """Wait in here; raises TooManyWait."""
        if self._of[client_id] >= self._most_of_one or self._of.total() >= self._most:
            raise TooManyWait
        self._of[client_id] += 1
        try:
            yield
        finally:
            self._of[client_id] -= 1
            if not self._of[client_id]:
                del self._of[client_id]
