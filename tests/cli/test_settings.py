"""Settings that mean nothing, or that nobody should serve people with, are one line that names them."""

from dataclasses import replace

import pytest

from idp.settings import DeploymentProfile, Lifetimes, Settings
from tests.server import Installation


@pytest.mark.network
@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(
    ("name", "value", "refusal"),
    [
        ("HPID_LOG_LEVEL", "LOUD", "HPID_LOG_LEVEL: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        (
            "HPID_LOOPBACK_ORIGINS",
            "localhost:8001",
            "HPID_LOOPBACK_ORIGINS takes origins such as http://localhost:8001, separated by commas",
        ),
        (
            "HPID_LOOPBACK_ORIGINS",
            "http://localhost:8001 http://localhost:8002",
            "HPID_LOOPBACK_ORIGINS takes origins such as http://localhost:8001, separated by commas",
        ),
        (
            "HPID_CA_BUNDLE",
            "/nowhere/ca.pem",
            "HPID_CA_BUNDLE: /nowhere/ca.pem: can't be read: No such file or directory",
        ),
        ("HPID_LIFE_CODE", "-5", "HPID_LIFE_CODE must not be below 0"),
        ("HPID_LIFE_ASSERTION_KEPT", "-P1D", "HPID_LIFE_ASSERTION_KEPT must not be below 0"),
        (
            "HPID_DATABASE_URL",
            "postgresql://hpid:hunter2@localhost/hpid?sslmode=verify_full",
            "HPID_DATABASE_URL: sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full",
        ),
    ],
)
def test_it_is_one_line_that_names_it(
    made: Installation, command: str, name: str, value: str, refusal: str
) -> None:
    wrong = replace(made, settings={name: value})
    assert wrong.hpid(command).refusal == refusal


@pytest.mark.parametrize("name", sorted(Lifetimes.model_fields))
def test_nothing_lives_for_less_than_no_time(name: str) -> None:
    """Kept for less than nothing, a spent assertion would be forgotten while it can still be used."""
    with pytest.raises(ValueError, match=f"HPID_LIFE_{name.upper()} must not be below 0"):
        Lifetimes.model_validate({name: "-1"})


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("code", 600), ("access_token", 3600), ("access_token_personal", 3600), ("id_token", 3600)],
)
def test_what_nobody_can_call_back_lives_shortly_in_production(
    name: str, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:  # RFC 6749 §4.1.2; DESIGN 5.5, bound B
    monkeypatch.setenv("HPID_MASTER_KEY", "/nowhere/master.json")

    def production(life: int) -> Settings:
        return Settings(
            profile=DeploymentProfile.PRODUCTION,
            issuer="https://op.test",
            test_environment=False,
            life=Lifetimes.model_validate({name: str(life)}),
        )

    production(seconds)
    with pytest.raises(
        ValueError, match=f"HPID_LIFE_{name.upper()} must be {seconds} or shorter in production"
    ):
        production(seconds + 1)
    Settings(life=Lifetimes.model_validate({name: str(seconds + 1)}))
