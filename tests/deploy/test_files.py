"""What must, and what must not, stand in the files of deploy/; their own programs look in `scripts/proof`."""

import re
import shutil
from pathlib import Path

import pytest

from idp.env_file import read_env_file, setting_names
from idp.settings import DeploymentProfile, Settings
from tests.architecture.source_tree import ROOT, source_of

UNITS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "deploy" / "systemd").iterdir())
PROXIES = ["deploy/nginx/hpid.conf", "deploy/haproxy/haproxy.cfg"]


def _lines(path: str) -> list[str]:
    """Return a file's lines without comments."""
    stripped = (re.sub(r"(^|\s)#.*", "", line).strip() for line in source_of(path).splitlines())
    return [line for line in stripped if line]


def test_the_settings_are_those_of_a_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "hpid.env"
    shutil.copyfile(ROOT / "deploy" / "hpid.env", file)
    file.chmod(0o640)

    for name, value in read_env_file(file).items():
        monkeypatch.setenv(name, value)
    settings = Settings()

    assert settings.profile is DeploymentProfile.PRODUCTION
    assert not settings.is_sqlite
    assert settings.trusted_proxies


@pytest.mark.parametrize("path", UNITS)
def test_a_unit_names_settings_and_gives_a_stop_its_time(path: str) -> None:
    lines = _lines(path)
    named = re.findall(
        r"\b(HPID_[A-Z_]+)=", " ".join(line for line in lines if line.startswith("Environment="))
    )

    assert set(named) <= setting_names() | {"HPID_STATE"}
    assert {"HPID_STATE", "HPID_MASTER_KEY", "HPID_METRICS_PORT"} <= set(named)
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", "\n".join(lines), re.MULTILINE)[0]) >= 30


@pytest.mark.parametrize("path", UNITS)
@pytest.mark.parametrize(
    "line",
    [
        "User=hpid",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "RestrictNamespaces=yes",
        "LimitCORE=0",
        "UMask=0077",
        "Restart=always",
        "LoadCredential=master.json:/etc/hpid/master.json",
    ],
)
def test_a_unit_may_do_no_more_than_it_must(path: str, line: str) -> None:
    assert line in _lines(path)
    assert any(one.startswith("MemoryMax=") for one in _lines(path))
    assert not any(one.startswith(("EnvironmentFile=", "Environment=HPID_NATIONAL")) for one in _lines(path))


@pytest.mark.parametrize("path", PROXIES)
def test_a_proxy_sets_where_a_request_comes_from_and_appends_nothing(path: str) -> None:
    text = "\n".join(_lines(path))

    assert re.search(
        r"(proxy_set_header|http-request set-header) X-Forwarded-For (\$remote_addr|%\[src\])", text
    )
    assert "proxy_add_x_forwarded_for" not in text
    assert "option forwardfor" not in text
    for header in ("Forwarded", "X-Real-IP", "traceparent", "tracestate"):
        assert re.search(rf'(proxy_set_header {header} ""|del-header {header}\b)', text), header


@pytest.mark.parametrize("path", PROXIES)
def test_a_proxy_speaks_modern_tls_alone(path: str) -> None:
    text = "\n".join(_lines(path))

    assert "ssl_protocols TLSv1.2 TLSv1.3;" in text or "ssl-min-ver TLSv1.2" in text
    (ciphers,) = set(re.findall(r"(?:ssl_ciphers|ssl-default-bind-ciphers) (\S+?);?\n", text))
    assert all(
        re.fullmatch(r"ECDHE-(ECDSA|RSA)-(AES\d+-GCM-SHA\d+|CHACHA20-POLY1305)", one)
        for one in ciphers.split(":")
    )
    assert "ssl_session_tickets off;" in text or "no-tls-tickets" in text
    assert "max-age=63072000; includeSubDomains" in text
    assert "https://id.example.vn" in text


def test_every_server_of_nginx_says_its_tls_because_the_default_one_decides_for_all() -> None:
    servers = "\n".join(_lines("deploy/nginx/hpid.conf")).split("server {")[1:]
    over_tls = [one for one in servers if "443 ssl" in one]

    words = "ssl_protocols|ssl_ciphers|ssl_prefer_server_ciphers|ssl_ecdh_curve|ssl_session_tickets"
    said = [sorted(re.findall(rf"^(?:{words}) .*;$", one, re.MULTILINE)) for one in over_tls]

    assert len(said) == 2
    assert said[0] == said[1]
    assert len(said[0]) == len(words.split("|"))


def test_nginx_serves_nobody_who_asks_for_another_host_and_keeps_no_log_of_its_own_of_them() -> None:
    """Their requests reach the default server whenever TLS named us: its welcome page, and a log with queries."""
    servers = "\n".join(_lines("deploy/nginx/hpid.conf")).split("server {")[1:]
    (other,) = (one for one in servers if "443 ssl default_server" in one)

    assert {"return 421;", "access_log off;", "server_tokens off;"} <= set(other.splitlines())
    assert "listen" not in other.partition("return 421;")[2]


def test_nginx_answers_with_nothing_that_it_decoded() -> None:
    answered = re.findall(
        r"^(?:return|rewrite|add_header|set) .*$", "\n".join(_lines("deploy/nginx/hpid.conf")), re.MULTILINE
    )

    assert len(answered) == 3
    assert not any(re.search(r"\$(uri|document_uri|\d|arg_|http_)", one) for one in answered)


def test_haproxy_waits_for_a_body_before_it_takes_a_place_at_a_node() -> None:
    lines = _lines("deploy/haproxy/haproxy.cfg")
    (size,) = (int(line.split()[1]) for line in lines if line.startswith("tune.bufsize"))

    assert "option http-buffer-request" in lines
    assert size >= 64 * 1024 + 16 * 1024
    assert any(re.match(r"tcp-request connection reject if \{ sc2_conn_cur", line) for line in lines)


def test_limits_of_ipv6_are_those_of_a_line_and_not_of_one_of_its_addresses() -> None:
    nginx, haproxy = ("\n".join(_lines(path)) for path in PROXIES)

    tracked = re.findall(r"track-sc\d (\S+) table", haproxy)
    assert tracked == ["src,ipmask(32,64)"] * 3
    assert re.findall(r"limit_(?:req|conn)_zone (\S+)", nginx) == [
        "$hpid_person",
        "$hpid_service",
        "$hpid_line",
    ]
    assert re.findall(r"\$binary_remote_addr", nginx) == ["$binary_remote_addr"] * 2, (
        "only to make $hpid_line"
    )


@pytest.mark.parametrize("path", PROXIES)
def test_a_proxy_writes_no_query_and_no_header_down(path: str) -> None:
    text = "\n".join(_lines(path))
    formats = "\n".join(re.findall(r"^(?:log_format|'|log-format).*$", text, re.MULTILINE))

    assert '"path"' in formats
    assert "escape=json" in formats or "json(utf8s)" in formats, "a stranger's path is text within it"
    secret = r"\$request\b|\$(?:request_)?uri|\$args|\$query_string|\$http_|\$remote_addr|%r\b|%H[UPQ]|%h[rs]|%ci|capture"
    assert not re.search(secret, formats)
    assert "/q/..." in text, "the code of a sign-in that waits (adr/0047)"
    assert not re.search(r"option (httplog|tcplog)|capture (request|cookie)", text)
    if "error_log" in text:
        assert re.findall(r"error_log\s+\S+ (\w+);", text) == ["crit"]


@pytest.mark.parametrize("path", PROXIES)
def test_a_proxy_sends_again_only_what_may_be(path: str) -> None:
    text = "\n".join(_lines(path))

    assert "proxy_next_upstream error timeout;" in text or "disable-l7-retry unless METH_GET" in text
    assert "non_idempotent" not in text
    assert "all-retryable-errors" not in text
    assert len(re.findall(r"^server (?:node\d )?127\.0\.0\.1:800[12]", text, re.MULTILINE)) == 2


def test_the_server_logs_no_value_and_loses_no_commit() -> None:
    settings = dict(
        re.findall(r"^(\w+) = '?([^']*?)'?$", "\n".join(_lines("deploy/postgresql/hpid.conf")), re.MULTILINE)
    )

    assert (settings["fsync"], settings["synchronous_commit"], settings["full_page_writes"]) == (
        "on",
        "on",
        "on",
    )
    assert (settings["log_error_verbosity"], settings["log_parameter_max_length_on_error"]) == ("terse", "0")
    assert settings["password_encryption"] == "scram-sha-256"
    assert settings["ssl"] == "on"


def test_who_logs_in_over_the_network_does_so_by_tls_and_password() -> None:
    rules = [line.split() for line in _lines("deploy/postgresql/pg_hba.conf")]

    assert [rule for rule in rules if rule[0] == "host"] == [["host", "all", "all", "all", "reject"]]
    assert {rule[-1] for rule in rules if rule[0] == "hostssl"} == {"scram-sha-256"}
    assert "trust" not in {rule[-1] for rule in rules}
