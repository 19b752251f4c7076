"""`hpid upstreams`: what can't be said is refused in one line."""

import pytest

from tests.cli.conftest import Office

pytestmark = pytest.mark.network


async def test_maintenance_needs_its_end_and_a_system_to_maintain(office: Office) -> None:
    run = office.installation.run
    ran = await run("upstreams", "maintenance", "on", "--until", "2027-01-01T00:00+07:00")
    assert "no national system is configured" in ran.refusal
