"""`hpid clients`: secrets with their ends, one ended at once, those that end soon."""

from datetime import UTC, datetime, timedelta
from re import fullmatch

import pytest

from idp.audit.events import EventType
from tests.cli.conftest import Office
from tests.cli.test_clients import _add, _is_believed
from tests.server import ServedWorld

pytestmark = pytest.mark.network


def _days_from_now(text: str) -> float:
    return (datetime.fromisoformat(text) - datetime.now(UTC)) / timedelta(days=1)


async def test_a_rotated_secret_says_when_it_and_the_old_ones_end(office: Office, world: ServedWorld) -> None:
    first = _add(office, "yearly", "--json").json
    assert 364 < _days_from_now(first["client_secret_expires_at"]) <= 365
    assert fullmatch(r"[0-9-]{10}T[0-9:]{8}\+00:00", first["client_secret_expires_at"]), "like all others"
    done = office.installation.hpid("clients", "rotate-secret", "yearly", "--json")
    second = done.json
    assert 364 < _days_from_now(second["expires_at"]) <= 365
    assert 0.9 < _days_from_now(second["old_secrets_until"]) <= 1
    assert f"hpid: yearly: this one stops working at {second['expires_at']}; rotate again before" in done.err
    assert f"hpid: yearly: its old secrets stop working at {second['old_secrets_until']}" in done.err
    assert second["client_secret"] not in done.err
    shown = office.installation.hpid("clients", "show", "yearly", "--json").json
    assert f"{second['secret_id']} (until {second['expires_at']})" in shown["secrets"]
    assert await _is_believed(world, "yearly", second["client_secret"])


async def test_one_secret_is_ended_at_once_and_the_others_go_on(office: Office, world: ServedWorld) -> None:
    first = _add(office, "leaky", "--json").json["client_secret"]
    second = office.installation.hpid("clients", "rotate-secret", "leaky", "--json").json
    done = office.installation.hpid("clients", "revoke-secret", "leaky", second["secret_id"])
    assert done.out == f"secret {second['secret_id']} of leaky is revoked\n"
    assert done.err == ""
    assert not await _is_believed(world, "leaky", second["client_secret"])
    assert await _is_believed(world, "leaky", first)
    again = office.installation.hpid("clients", "revoke-secret", "leaky", second["secret_id"])
    assert again.refusal == f"client leaky has no live secret {second['secret_id']}"
    (old,) = (
        text.partition(" ")[0]
        for text in office.installation.hpid("clients", "show", "leaky", "--json").json["secrets"]
        if not text.startswith(second["secret_id"])
    )
    assert "no secret is left" in office.installation.hpid("clients", "revoke-secret", "leaky", old).err
    assert not await _is_believed(world, "leaky", first)
    revoked = EventType.CLIENT_SECRET_REVOKED
    assert await world.events(revoked, client_id="leaky") == [revoked, revoked]


async def test_a_client_of_the_oidc_profile_has_secrets_without_end(office: Office) -> None:
    alg = "id_token_signed_response_alg=ES256"
    added = _add(office, "endless", "--profile", "oidc", "--set", alg, "--json").json
    assert added["client_secret_expires_at"] is None
    done = office.installation.hpid("clients", "rotate-secret", "endless", "--json")
    assert done.json["expires_at"] is None
    assert "rotate again" not in done.err


async def test_those_whose_secrets_end_soon_are_listed(office: Office) -> None:
    _add(office, "old-hand", "--json")

    def listed(days: int) -> set[str]:
        words = ("clients", "expiring-secrets", "--within-days", str(days), "--json")
        return {line["client_id"] for line in office.installation.hpid(*words).json}

    assert "old-hand" not in listed(30)
    assert "old-hand" in listed(366)
    office.installation.hpid("clients", "disable", "old-hand")
    assert "old-hand" not in listed(366)


def test_a_client_that_signs_with_a_key_gets_no_secret(office: Office) -> None:
    assert office.installation.hpid("clients", "rotate-secret", "nobody").refusal == (
        "no client nobody that has a secret"
    )
