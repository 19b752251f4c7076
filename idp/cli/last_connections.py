"""A listening socket that hears no new caller any more, and takes all it has already heard.

To close one resets whoever the kernel has connected and nobody accepted yet: their request may be on its way. So first
what asks for a connection (SYN) is dropped by a filter on the socket, as if the packet was lost; whoever sent it sends
it again a second later, and is then refused before anything was said.
"""

import os
import resource
import socket
import stat
import struct
from array import array
from collections.abc import Iterator
from contextlib import suppress

ACCEPTED_SECONDS = 0.25
"""After which all who were connected before are accepted; a handshake on its way takes no longer."""
_HIGHEST_DESCRIPTOR = 65_536
"""Of a listener, which is opened early; more than a process has connections."""
_SO_ATTACH_FILTER = 26
_FLAGS_OF_TCP = 13  # octet of the header (RFC 9293 §3.1)
_SYN = 0x02
_FILTER = (
    (0x30, 0, 0, _FLAGS_OF_TCP),  # load the octet
    (0x45, 0, 1, _SYN),  # is SYN set?
    (0x06, 0, 0, 0),  # yes: drop
    (0x06, 0, 0, 0xFFFFFFFF),  # no: all of it passes
)
"""Classic BPF: code, jump if true, jump if false, operand."""


def hear_no_more(port: int) -> None:
    """Drop connection requests to a port of this process; where that can't be done, nothing changes."""
    program = array("B", b"".join(struct.pack("HBBI", *step) for step in _FILTER))
    attached = struct.pack("HP", len(_FILTER), program.buffer_info()[0])
    for listener in _listeners(port):
        with suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, attached)


def _listeners(port: int) -> Iterator[socket.socket]:
    """Yield this process's listening sockets of a port, which are the server's.

    Nothing is opened for it: a process that has used up its descriptors may be told to stop for that very reason.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    has_limit = soft != resource.RLIM_INFINITY
    for descriptor in range(min(soft, _HIGHEST_DESCRIPTOR) if has_limit else _HIGHEST_DESCRIPTOR):
        with suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                continue
            found = socket.socket(fileno=descriptor)
            try:
                if _listens(found, port):
                    yield found
            finally:
                found.detach()


def _listens(found: socket.socket, port: int) -> bool:
    if found.family not in {socket.AF_INET, socket.AF_INET6}:
        return False
    is_listening = bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    return is_listening and found.getsockname()[1] == port
