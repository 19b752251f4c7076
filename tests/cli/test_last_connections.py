"""A listener that hears no more takes whom it has heard, and leaves nobody with half a connection."""

import socket

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


def test_a_port_nobody_listens_on_is_no_fault() -> None:
    hear_no_more(1)
