"""What the certification profile asks of settings and state, and what no other profile may have (DESIGN 5.17)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from idp.settings import DeploymentProfile, Settings
from tests.server import Installation, free_ports, open_served

SAFE: dict[str, dict[str, Any]] = {
    "development": {"issuer": "http://localhost:8000"},
    "certification": {"issuer": "https://op.test:9443"},
    "production": {
        "issuer": "https://id.example.vn",
        "test_environment": False,
        "master_key": "/etc/hpid/master.json",
    },
}


@pytest.mark.parametrize("profile", SAFE)
def test_safe_settings_are_taken(profile: str) -> None:
    assert Settings(profile=DeploymentProfile(profile), **SAFE[profile]).profile.value == profile


@pytest.mark.parametrize(
    ("profile", "changes", "said"),
    [
        ("certification", {"issuer": "http://localhost:8000"}, "HPID_ISSUER must be https"),
        ("certification", {"test_environment": False}, "HPID_TEST_ENVIRONMENT must be true"),
        (
            "certification",
            {"national_issuer": "https://national.example"},
            "HPID_NATIONAL_ISSUER must be unset",
        ),
        ("development", {"loopback_hosts": ("suite.test",)}, "HPID_LOOPBACK_HOSTS must be empty"),
        ("production", {"loopback_hosts": ("suite.test",)}, "HPID_LOOPBACK_HOSTS must be empty"),
        ("development", {"test_hooks": True}, "HPID_TEST_HOOKS must be false"),
        ("production", {"test_hooks": True}, "HPID_TEST_HOOKS must be false"),
        ("production", {"certificate": "/c.pem"}, "HPID_CERTIFICATE and HPID_CERTIFICATE_KEY go together"),
        (
            "production",
            {"certificate_key": "/k.pem"},
            "HPID_CERTIFICATE and HPID_CERTIFICATE_KEY go together",
        ),
        (
            "development",
            {"certificate": "/c.pem", "certificate_key": "/k.pem"},
            "HPID_CERTIFICATE serves https, but HPID_ISSUER is http",
        ),
    ],
)
def test_unsafe_settings_are_refused_with_the_name_of_the_setting(
    profile: str, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings(profile=DeploymentProfile(profile), **{**SAFE[profile], **changes})


def test_host_names_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HPID_LOOPBACK_HOSTS", "suite.test, other.test")

    settings = Settings(profile=DeploymentProfile.CERTIFICATION, **SAFE["certification"])

    assert settings.loopback_hosts == ("suite.test", "other.test")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with the certification seed."""
    made = Installation(
        folder=tmp_path_factory.mktemp("certification") / "state",
        port=free_ports(1)[0],
        settings={"HPID_PROFILE": "certification", "HPID_ISSUER": "https://op.test:9443"},
    )
    made.prepare()
    assert made.hpid("demo", "certification").status == 0
    return made


@pytest.mark.network
@pytest.mark.timeout(300)
def test_seeding_twice_changes_nothing(made: Installation) -> None:
    before = made.hpid("clients", "show", "hpid-basic", "--json").json

    assert made.hpid("demo", "certification").status == 0
    assert made.hpid("clients", "show", "hpid-basic", "--json").json == before


@pytest.mark.network
@pytest.mark.timeout(300)
def test_clients_move_with_the_suite(made: Installation) -> None:
    assert made.hpid("demo", "certification", "--suite", "https://suite.test:9999").status == 0
    shown = made.hpid("clients", "show", "hpid-basic", "--json").json
    assert shown["redirect_uris"] == ["https://suite.test:9999/test/a/hpid-basic/callback"]
    assert made.hpid("demo", "certification").status == 0


@pytest.mark.network
@pytest.mark.timeout(300)
def test_another_profile_does_not_serve_it(made: Installation) -> None:
    refused = made.hpid("serve", HPID_PROFILE="development", HPID_ISSUER=f"http://localhost:{made.port}")

    assert refused.refusal == "this database was made for certification; its passwords are public"


@pytest.mark.network
@pytest.mark.timeout(300)
@pytest.mark.parametrize("profile", ["development", "production"])
def test_the_seed_is_refused_in_any_other_profile(made: Installation, profile: str) -> None:
    settings = {f"HPID_{name.upper()}": str(value) for name, value in SAFE[profile].items()}
    settings["HPID_MASTER_KEY"] = str(made.folder / "keys" / "master.json")
    refused = made.hpid("demo", "certification", HPID_PROFILE=profile, **settings)

    assert "HPID_PROFILE must be certification" in refused.refusal


@pytest.mark.network
@pytest.mark.timeout(300)
def test_the_demo_city_is_refused_there(made: Installation) -> None:
    assert made.hpid("demo", "seed").refusal.endswith("it is loaded in development alone")


@pytest.mark.network
@pytest.mark.timeout(300)
def test_a_suite_that_is_no_https_address_is_refused(made: Installation) -> None:
    refused = made.hpid("demo", "certification", "--suite", "http://suite.test")

    assert refused.refusal == "--suite must be https://NAME:PORT"


@pytest.mark.network
@pytest.mark.timeout(300)
@pytest.mark.parametrize("command", [("serve",), ("demo", "certification")])
def test_certification_takes_no_database_with_real_people(tmp_path: Path, command: tuple[str, ...]) -> None:
    made = Installation(folder=tmp_path / "state", port=free_ports(1)[0])
    made.prepare()
    asyncio.run(_add_somebody(made))

    refused = made.hpid(*command, HPID_PROFILE="certification", HPID_ISSUER="https://op.test:9443")

    assert refused.refusal.startswith("this database holds real people")


async def _add_somebody(installation: Installation) -> None:
    async with open_served(installation) as world:
        await world.person()


@pytest.mark.parametrize(
    ("place", "is_taken"),
    [
        ("hpid@db.example.vn/hpid", False),
        ("hpid:secret@db.example.vn:5432/hpid?sslmode=prefer", False),
        ("hpid@db.example.vn/hpid?sslmode=require", False),
        ("hpid@db.example.vn/hpid?sslmode=verify-full&sslmode=disable", False),
        ("hpid@localhost,db.example.vn/hpid", False),
        ("hpid@/hpid?host=/run/postgresql,db.example.vn", False),
        ("hpid@localhost/hpid?host=db.example.vn", False),
        ("hpid@db.example.vn/hpid?sslmode=verify-full", True),
        ("hpid@db1.example.vn:5432,db2.example.vn:5433/hpid?sslmode=verify-ca", True),
        ("hpid@localhost:6432/hpid", True),
        ("hpid@[::1]:5432/hpid", True),
        ("hpid@/hpid?host=/run/postgresql&port=5433", True),
    ],
)
def test_production_asks_a_database_elsewhere_to_prove_whose_it_is(place: str, is_taken: bool) -> None:
    given = {**SAFE["production"], "database_url": f"postgresql://{place}"}
    if is_taken:
        assert Settings(profile=DeploymentProfile.PRODUCTION, **given).database_url
        return
    with pytest.raises(ValidationError, match="HPID_DATABASE_URL must say sslmode=verify-full"):
        Settings(profile=DeploymentProfile.PRODUCTION, **given)
