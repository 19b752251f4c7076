"""`hpid demo seed`: the demo city once, as often as it is asked for; never in production."""

import pytest

from tests.server import Installation

pytestmark = pytest.mark.network
_SECRETS = {
    "PORTAL_CLIENT_SECRET": "a secret of the portal",
    "DATASTORE_CLIENT_SECRET": "a secret of the store",
}


def test_the_city_is_seeded_once_and_its_clients_follow_the_environment(made: Installation) -> None:
    first = made.hpid("demo", "seed", **_SECRETS)
    assert first.status == 0, first.err
    assert int(first.out.removeprefix("demo: ").split()[0]) > 100
    moved = {**_SECRETS, "PORTAL_BASE_URL": "http://localhost:28010"}
    assert made.hpid("demo", "seed", **moved).out == "demo: people were there already\n"
    shown = made.hpid("clients", "show", "cong-dich-vu-cong", "--json").json
    assert shown["redirect_uris"] == ["http://localhost:28010/callback"]
    assert len(shown["secrets"]) == 1
    assert made.hpid("people", "find", "ng", "--reason", "upkeep", "--json").status == 0
    (household,) = made.hpid("organisations", "find", "--name", "Yến Bi", "--json").json
    shown = made.hpid("organisations", "show", household["organisation_id"], "--json").json
    assert (len(shown["representatives"]), shown["representative_vacant"]) == (1, False)
    assert len(made.hpid("agencies", "show", "H24", "--json").json) > 20


def test_the_demo_is_refused_in_production(made: Installation) -> None:
    refused = made.hpid(
        "demo",
        "seed",
        HPID_PROFILE="production",
        HPID_ISSUER="https://id.example.vn",
        HPID_TEST_ENVIRONMENT="false",
        HPID_MASTER_KEY=str(made.folder / "keys" / "master.json"),
    )
    assert refused.refusal == "the demo's passwords are public; it is loaded in development alone"
