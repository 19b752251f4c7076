"""What is named by its id is named as it is: one id in 64 begins with a hyphen, and none is an option."""

import pytest

from tests.cli.conftest import Office

pytestmark = pytest.mark.network
ID = "-ZAGnw7dz8x0"


@pytest.mark.parametrize(
    "command",
    [
        ("keys", "revoke", ID, "--yes"),
        ("conflicts", "show", ID),
        ("conflicts", "show", "-" + ID),
        ("conflicts", "assign", ID),
        ("conflicts", "resolve", ID, "--reason", "seen"),
        ("conflicts", "dismiss", ID, "--reason", "seen"),
        ("merges", "confirm", ID),
        ("merges", "withdraw", ID, "--reason", "seen"),
        ("merges", "split", ID, "--reason", "seen", "--letter", "7"),
        ("merges", "split", "x", "--winner", ID, "--reason", "seen", "--letter", "7"),
        ("merges", "show", ID),
        ("merges", "report", ID),
        ("mandates", "end", ID, "--reason", "seen"),
        ("emergency", "end", "--key", ID, "--reason", "seen", "--yes"),
    ],
    ids=" ".join,
)
def test_an_id_that_begins_with_a_hyphen_is_taken_for_one(office: Office, command: tuple[str, ...]) -> None:
    assert "option" not in office.installation.hpid(*command).refusal


def test_an_option_that_is_none_is_still_refused(office: Office) -> None:
    ran = office.installation.hpid("conflicts", "resolve", "x", "--reason", "seen", "--resaon", "seen")
    assert (ran.status, "--resaon" in ran.err) == (2, True)
