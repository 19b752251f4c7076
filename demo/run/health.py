"""Asks the services whether they answer yet."""

import http.client
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass

from demo.run.checks import CannotStart
from demo.run.children import Child

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a service answers when it is ready."""

    host: str
    port: int
    path: str
    https: bool = False


class ServiceEnded(Exception):
    """A service ended although nobody told it to."""

    def __init__(self, child: Child) -> None:
        super().__init__(child.name)
        self.child = child


def wait_until_ready(children: Sequence[tuple[Child, Address]]) -> None:
    """Return when every service answers; refuse when one ends, or takes a minute."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    waiting = list(children)
    while waiting:
        for child, _ in children:
            if child.exit_code is not None:
                raise ServiceEnded(child)
        waiting = [(child, address) for child, address in waiting if not _answers(address)]
        if waiting and time.monotonic() > deadline:
            child = waiting[0][0]
            raise CannotStart(f"{child.name} does not answer; its log is {child.log}")
        if waiting:
            time.sleep(_PAUSE_SECONDS)


def _answers(address: Address) -> bool:
    connection = _connect(address)
    try:
        connection.request("GET", address.path)
        return connection.getresponse().status < http.client.BAD_REQUEST
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _connect(address: Address) -> http.client.HTTPConnection:
    if not address.https:
        return http.client.HTTPConnection(address.host, address.port, timeout=5)
    context = ssl.create_default_context()
    context.check_hostname = (
        False  # our own child on this machine, whose certificate names the outside address
    )
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(address.host, address.port, timeout=5, context=context)
