"""What scripts/run can be told: ports and state follow from one number; a contradiction ends in one line."""

from pathlib import Path

import pytest

from demo.run.options import ROOT, parse
from demo.run.services import DATA_STORE, EGOV, INBOX, NATIONAL, PORTAL, PROVIDER, SMART, services


@pytest.fixture
def pem(tmp_path: Path) -> str:
    path = tmp_path / "some.pem"
    path.write_text("a certificate")
    return str(path)


def test_everything_follows_from_the_port_base() -> None:
    options = parse(["--port-base", "9100"])

    assert options.issuer == "http://localhost:9100"
    assert options.national_issuer == "http://localhost:9101"
    assert options.portal_url == "http://localhost:9110"
    assert options.data_store_url == "http://localhost:9111"
    assert options.egov_url == "http://localhost:9112"
    assert options.smart_url == "http://127.0.0.1:9113"
    assert options.state == ROOT / "var" / "9100"


def test_the_usual_ports_keep_their_state_in_var_itself() -> None:
    assert parse([]).port_base == 8000
    assert parse([]).state == ROOT / "var"


def test_relying_parties_can_stand_on_another_site() -> None:
    options = parse(["--rp-host", "127.0.0.1"])

    assert options.portal_url == "http://127.0.0.1:8010"
    assert options.issuer == "http://localhost:8000"


def test_services_share_what_they_must_and_no_more() -> None:
    secrets = {
        "PORTAL_CLIENT_SECRET": "p",
        "DATASTORE_CLIENT_SECRET": "d",
        "EGOV_CLIENT_KEY": "e",
        "HPID_NATIONAL_CLIENT_SECRET": "n",
    }
    by_name = {service.name: service.environment for service in services(parse([]), secrets)}

    assert list(by_name) == [PORTAL, DATA_STORE, EGOV, SMART, INBOX, NATIONAL, PROVIDER]
    assert by_name[PORTAL]["PORTAL_CLIENT_SECRET"] == "p"
    assert "DATASTORE_CLIENT_SECRET" not in by_name[PORTAL]
    assert by_name[EGOV]["EGOV_CLIENT_KEY"] == "e"
    assert all("EGOV_CLIENT_KEY" not in by_name[other] for other in (PORTAL, SMART, PROVIDER))
    assert "PORTAL_CLIENT_SECRET" not in by_name[PROVIDER]
    assert by_name[PROVIDER]["HPID_LOOPBACK_ORIGINS"].split(",") == [
        "http://localhost:8001",
        "http://localhost:8002",
        "http://localhost:8010",
        "http://localhost:8011",
        "http://localhost:8012",
    ]


def test_a_developer_adds_origins_of_their_own_that_the_provider_may_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # else nobody could try back-channel logout, or keys at an address, against the demo
    monkeypatch.setenv("HPID_LOOPBACK_ORIGINS", "http://localhost:8090, http://localhost:8091")
    (provider,) = (service for service in services(parse([]), {}) if service.name == PROVIDER)
    called = provider.environment["HPID_LOOPBACK_ORIGINS"].split(",")
    assert called[0] == "http://localhost:8001"
    assert called[-2:] == ["http://localhost:8090", "http://localhost:8091"]


def test_certification_runs_the_provider_alone_on_the_port_of_its_issuer(pem: str) -> None:
    issuer = "https://op.example:9443"
    options = parse(
        ["--profile", "certification", "--issuer", issuer, "--cert", pem, "--key", pem, "--ca", pem]
    )
    (provider,) = services(options, {})

    assert provider.environment["HPID_ISSUER"] == issuer
    assert provider.environment["HPID_PORT"] == "9443"
    assert provider.environment["HPID_PROFILE"] == "certification"
    assert provider.ready.https


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--profile", "certification"], "also needs --issuer, --cert, --key, --ca"),
        (["--issuer", "https://op.example"], "go with --profile certification"),
        (["--cert", "/nowhere.pem"], "can't be read"),
        (["--port-base", "65530"], "must lie between"),
        (["--port-base", "none"], "invalid int value"),
        (["--rp-host", "example.com"], "invalid choice"),
    ],
)
def test_a_contradiction_ends_with_a_line_that_says_so(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)

    assert ended.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    "issuer", ["http://op.example:9443", "https://op.example:9443/path", "https://op.example:x"]
)
def test_an_issuer_that_the_suite_could_not_use_is_refused(issuer: str, pem: str) -> None:
    with pytest.raises(SystemExit):
        parse(["--profile", "certification", "--issuer", issuer, "--cert", pem, "--key", pem, "--ca", pem])
