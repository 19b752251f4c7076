"""A listener that hears no more takes whom it has heard, and leaves nobody with half a connection."""

import os
import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from idp.cli.last_connections import hear_no_more

pytestmark = pytest.mark.network


def test_who_was_connected_is_served_and_who_comes_later_is_not_connected_at_all() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_server(("127.0.0.1", 0)) as other:
        place, elsewhere = listener.getsockname(), other.getsockname()
        with socket.create_connection(place) as early:
            hear_no_more(place[1])
            with pytest.raises(TimeoutError):
                socket.create_connection(place, timeout=0.2)
            accepted, _ = listener.accept()
            early.sendall(b"asked")
            assert accepted.recv(5) == b"asked"
            accepted.sendall(b"answered")
            assert early.recv(8) == b"answered"
            accepted.close()
        socket.create_connection(elsewhere, timeout=1).close()


@pytest.fixture
def no_descriptor_left() -> Iterator[Callable[[], None]]:
    """Use up all that this process may open, once it is called."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as held:

        def use_up() -> None:
            highest = max(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208
            resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, limits[1]))
            with suppress(OSError):
                while True:
                    held.enter_context(Path(os.devnull).open("rb"))

        yield use_up
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_who_has_used_up_all_descriptors_hears_no_more_either(
    no_descriptor_left: Callable[[], None],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as late:
        no_descriptor_left()
        with pytest.raises(OSError, match="Too many open files"):
            socket.socket()
        hear_no_more(listener.getsockname()[1])
        late.settimeout(0.2)
        with pytest.raises(TimeoutError):
            late.connect(listener.getsockname())


def test_a_port_nobody_listens_on_is_no_fault() -> None:
    hear_no_more(1)
