"""Sees every connection this process opens and every name it looks up, by the interpreter's own audit events.

Stronger than a listener: an attempt that leads nowhere counts too.
"""

import sys

_EVENTS = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})
_seen: list[str] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in _EVENTS:
        _seen.append(
            f"{event} {arguments[1:] if event in {'socket.connect', 'socket.sendto'} else arguments[:2]}"
        )


sys.addaudithook(_watch)


def calls() -> tuple[str, ...]:
    """Everything seen so far."""
    return tuple(_seen)
