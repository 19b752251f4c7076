"""Where calls may go – battery row D01 (SSRF): no disguise of an address of ours passes, the canary hears nothing."""

import pytest

from federation.fetch import FetchFailed, FetchFailure, origin_of
from tests.federation.fetch_peers import Names, failure, fetching, serving

REFUSED_URLS = [
    "http://rp.example/keys",
    "http://rp.example:443/keys",
    "file:///etc/passwd",
    "gopher://rp.example:443/_x",
    "ftp://rp.example/keys",
    "data:application/json,{}",
    "ws://rp.example/",
    "//rp.example/keys",
    "rp.example/keys",
    "/keys",
    "",
    "https://",
    "https:///keys",
    "https:rp.example",
    "HTTPS://rp.example/",
    "https://127.0.0.1/keys",
    "https://127.0.0.1:8443/keys",
    "https://[::1]/keys",
    "https://0.0.0.0/",
    "https://0/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:a00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00::1]/",
    "https://8.8.8.8/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://127.1/",
    "https://1.0x7f/",
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://rp.example./",
    "https://metadata/",
    "https://rp..example/",
    "https://.rp.example/",
    "https://-rp.example/",
    "https://rp-.example/",
    "https://rp_x.example/",
    f"https://{'a' * 64}.example/",
    f"https://{'a.' * 127}example/",
    "https://rp.example:22/",
    "https://rp.example:25/",
    "https://rp.example:80/",
    "https://rp.example:5432/",
    "https://rp.example:6379/",
    "https://rp.example:0/",
    "https://rp.example:65979/",
    "https://rp.example:443443/",
    "https://rp.example:/",
    "https://rp.example:443:443/",
    "https://user@rp.example/",
    "https://user:secret@rp.example/",
    "https://rp.example@127.0.0.1/",
    "https://127.0.0.1\\@rp.example/",
    "https://rp.example\\@127.0.0.1/",
    "https://rp.example#@127.0.0.1/",
    "https://rp.example/#fragment",
    "https://rp.example/ keys",
    "https://rp.example/\r\nHost: x",
    "https://rp.example/\0",
    " https://rp.example/",
    "https://rp.example/\n",
    "https://rp.exam\tple/",
    "https://rp%2eexample/",
    "https://rp。example/",
    "https://１２７.0.0.1/",
    "https://ⓛocalhost.example/",
    "https://cổng.example/",
    f"https://rp.example/{'a' * 2048}",
]

REFUSED_ADDRESSES = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("url", REFUSED_URLS)
async def test_a_url_we_never_call_is_refused_before_its_name_is_asked_for(url: str) -> None:
    names = Names(["93.184.215.14"])
    async with fetching(resolve=names) as fetcher:
        for call in (fetcher.get(url), fetcher.post_form(url, {}), fetcher.check(url)):
            assert await failure(call) is FetchFailure.REFUSED
        with pytest.raises(FetchFailed):
            fetcher.check_form(url)
    assert names.asked == []


@pytest.mark.network
@pytest.mark.parametrize("address", REFUSED_ADDRESSES)
async def test_a_name_that_leads_to_an_address_of_ours_is_refused_and_nothing_is_sent(address: str) -> None:
    async with serving() as canary:
        for answer in ([address], ["93.184.215.14", address], [address, "93.184.215.14"]):
            names = Names(answer)
            async with fetching(resolve=names) as fetcher:
                for call in (fetcher.get, fetcher.check):
                    assert await failure(call("https://rp.example:8443/keys")) is FetchFailure.REFUSED
            assert names.asked == [("rp.example", 8443)] * 2
        assert canary.connections == []


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "113.160.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
)
async def test_a_name_that_leads_to_a_public_address_passes_the_check(address: str) -> None:
    async with fetching(resolve=Names([address])) as fetcher:
        await fetcher.check("https://rp.example/keys?x=1")
        await fetcher.check("https://RP.Example:8443")


@pytest.mark.network
async def test_a_name_that_changes_its_mind_after_the_check_gains_nothing() -> None:
    async with serving() as canary:
        names = Names(["93.184.215.14"], ["127.0.0.1"])
        async with fetching(resolve=names) as fetcher:
            await fetcher.check("https://rp.example/keys")
            assert await failure(fetcher.get("https://rp.example/keys")) is FetchFailure.REFUSED
        assert len(names.asked) == 2
        assert canary.connections == []


@pytest.mark.network
async def test_the_connection_goes_to_the_address_that_was_checked_and_the_name_is_asked_for_once() -> None:
    async with serving(host="127.0.0.2") as peer:
        names = Names(["127.0.0.2"], ["127.0.0.1"])
        origin = f"http://rp.localhost:{peer.port}"
        async with fetching(origin, resolve=names) as fetcher:
            assert (await fetcher.get(f"{origin}/keys")).status == 200
        assert names.asked == [("rp.localhost", peer.port)]
        assert peer.connections == ["127.0.0.2"]
        assert f"Host: rp.localhost:{peer.port}\r\n".lower().encode() in peer.requests[0].lower()


@pytest.mark.network
async def test_an_allowed_origin_must_stay_on_this_machine() -> None:
    async with serving() as peer:
        for answer in (["93.184.215.14"], ["127.0.0.1", "93.184.215.14"], ["10.0.0.1"], ["::ffff:127.0.0.1"]):
            async with fetching(peer.origin, resolve=Names(answer)) as fetcher:
                assert await failure(fetcher.get(peer.origin)) is FetchFailure.REFUSED
        assert peer.connections == []


@pytest.mark.parametrize("hosts", [{"suite.test"}, {"*"}])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_a_listed_host_may_lead_to_this_machine_by_https(hosts: set[str], address: str) -> None:
    async with fetching(resolve=Names([address]), loopback_hosts=frozenset(hosts)) as fetcher:
        await fetcher.check("https://suite.test:8444/keys")
        assert await failure(fetcher.check("http://suite.test:8444/keys")) is FetchFailure.REFUSED


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::", "::ffff:127.0.0.1", "fe80::1"])
async def test_a_listed_host_leads_to_this_machine_and_no_other_of_ours(address: str) -> None:
    async with fetching(resolve=Names([address]), loopback_hosts=frozenset({"*"})) as fetcher:
        assert await failure(fetcher.check("https://suite.test/keys")) is FetchFailure.REFUSED


async def test_a_host_that_is_not_listed_does_not_lead_to_this_machine() -> None:
    async with fetching(resolve=Names(["127.0.0.1"]), loopback_hosts=frozenset({"suite.test"})) as fetcher:
        assert await failure(fetcher.check("https://other.test/keys")) is FetchFailure.REFUSED


async def test_a_listed_host_in_public_is_called_on_the_usual_ports_alone() -> None:
    async with fetching(resolve=Names(["93.184.215.14"]), loopback_hosts=frozenset({"*"})) as fetcher:
        await fetcher.check("https://suite.test:8443/keys")
        assert await failure(fetcher.check("https://suite.test:6379/keys")) is FetchFailure.REFUSED


@pytest.mark.network
async def test_only_the_exact_origin_is_allowed() -> None:
    async with serving() as peer, serving() as other:
        async with fetching(peer.origin) as fetcher:
            assert (await fetcher.get(f"{peer.origin}/any/path?and=query")).body == b"{}"
            for url in (
                other.origin,
                f"https://localhost:{peer.port}/",
                f"http://127.0.0.1:{peer.port}/",
                f"http://[::1]:{peer.port}/",
                f"http://localhost.:{peer.port}/",
                f"http://a@localhost:{peer.port}/",
                f"http://localhost:{peer.port}/#f",
            ):
                assert await failure(fetcher.get(url)) is FetchFailure.REFUSED
        assert other.connections == []
        assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://rp.example", "https://rp.example"),
        ("https://RP.Example:443/a?b=https://x", "https://rp.example"),
        ("http://localhost:80/", "http://localhost"),
        ("http://localhost:08001/", "http://localhost:8001"),
        ("https://rp.example:8443/", "https://rp.example:8443"),
        ("http://[::1]:8001/x", "http://[::1]:8001"),
    ],
)
def test_the_origin_of_a_url_leaves_out_what_goes_without_saying(
    url: str, origin: str
) -> None:  # RFC 6454 §6.2
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url", ["", "rp.example", "javascript:alert(1)", "https://a@b.example", "https://b.example:0"]
)
def test_what_has_no_origin_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - two sentences of ours
        origin_of(url)
