"""The simulated national system reads a client's keys where they are published – RFC 7517 §5."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from joserfc.jwk import ECKey, KeySet

from federation.national_mock.client_keys import ClientKeys
from federation.national_mock.clients import Client
from tests.federation.national_driver import SYSTEM_KEY

pytestmark = pytest.mark.network


class _Site:
    """A client's site: what it publishes, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.published = json.dumps(KeySet([SYSTEM_KEY]).as_dict(private=False))
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(site.published.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def client(self) -> Client:
        return Client(
            client_id="a-city",
            client_secret="",
            redirect_uris=(),
            post_logout_redirect_uris=(),
            backchannel_logout_uri="",
            frontchannel_logout_uri="",
            name="",
            jwks=None,
            jwks_uri=f"http://127.0.0.1:{self.server.server_port}/jwks",
        )


@pytest.fixture
def site() -> Iterator[_Site]:
    site = _Site()
    thread = Thread(target=site.server.serve_forever)
    thread.start()
    yield site
    site.server.shutdown()
    thread.join()
    site.server.server_close()


def test_they_are_read_once_and_again_after_five_minutes_or_for_a_reason(site: _Site) -> None:
    now = [1_000_000]
    keys = ClientKeys(lambda: now[0])
    assert keys.of(site.client).keys[0].kid == SYSTEM_KEY.kid
    keys.of(site.client)
    assert (site.asked, keys.again(site.client)) == (1, None)
    another = ECKey.generate_key("P-256", parameters={"kid": "another"})
    site.published = json.dumps(KeySet([another]).as_dict(private=False))
    now[0] += 5
    found = keys.again(site.client)
    assert found is not None
    assert ([key.kid for key in found.keys], site.asked) == (["another"], 2)
    now[0] += 300
    keys.of(site.client)
    assert site.asked == 3


@pytest.mark.parametrize("published", ["", "[]", "{}", '{"keys":[{"kty":"?"}]}'])
def test_what_is_no_key_set_leaves_those_read_last(site: _Site, published: str) -> None:
    now = [1_000_000]
    keys = ClientKeys(lambda: now[0])
    keys.of(site.client)
    site.published = published
    now[0] += 300
    assert keys.of(site.client).keys[0].kid == SYSTEM_KEY.kid


def test_a_site_that_is_down_has_no_keys(site: _Site) -> None:
    site.server.socket.close()
    assert ClientKeys(lambda: 1_000_000).of(site.client).keys == []
