"""`hpid organisations` and `hpid agencies`: a register taken in, found, shown with people's numbers masked, changed."""

import json
from pathlib import Path

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.transaction import Tx
from tests.cli.conftest import Office
from tests.organisations.samples import tax_code
from tests.server import ServedWorld

pytestmark = pytest.mark.network
OWNER = "031183995001"
MASKED = "••• ••• ••• 001"


async def _payloads(world: ServedWorld, event_type: EventType) -> list[dict[str, object]]:
    def read(tx: Tx) -> Done[list[dict[str, object]]]:
        while tx.audit.number(500):
            pass
        return Done([dict(one.event.payload) for one in tx.audit.read(-1, 10_000, event_type=event_type)])

    return list(await world.write(read))


async def test_a_register_is_taken_in_and_refused_lines_are_told_without_numbers(
    office: Office, world: ServedWorld, tmp_path: Path
) -> None:
    code = tax_code()
    register, report = tmp_path / "register.csv", tmp_path / "refused.jsonl"
    lines = (
        "kind,scheme,identifier,name,status,commune_code",
        f"enterprise,vn_tax_code,{code},Công ty TNHH Bến Nghiêng Một,active,11311",
        f"dependent-unit,vn_tax_code,{code}001,Chi nhánh Công ty TNHH Bến Nghiêng Một,active,11329",
        f"household-business,vn_personal_id,{OWNER},Hộ kinh doanh Trịnh Thị Bến,active,11311",
        f"household-business,vn_personal_id,{OWNER}7,Hộ kinh doanh,active,11311",
        f"dependent-unit,vn_tax_code,{tax_code()}-001,Chi nhánh,active,11329",
    )
    register.write_text("\n".join(lines), encoding="utf-8")
    command = ("organisations", "import", str(register), "--as-of", "2026-03-01", "--report", str(report))
    first = await office.installation.run(*command, "--json")
    assert (first.status, first.err) == (1, "hpid: 2 lines are refused; all others are taken\n")
    counts = json.loads(first.out)
    assert {name: counts[name] for name in ("added", "updated", "unchanged", "stale", "refused")} == {
        "added": 3,
        "updated": 0,
        "unchanged": 0,
        "stale": 0,
        "refused": 2,
    }
    refused = [json.loads(line) for line in report.read_text().splitlines()]
    assert refused == counts["refused_lines"]
    assert [one["line"] for one in refused] == [5, 6]
    again = await office.installation.run(*command)
    for text in (first.out, first.err, again.out, again.err, report.read_text()):
        assert OWNER not in text
    assert "unchanged" in again.out
    (_, imported) = (await _payloads(world, EventType.ORGANISATIONS_IMPORTED))[-2:]
    assert (imported["unchanged"], imported["refused"], imported["source"]) == (3, 2, "register")

    (found,) = (await office.installation.run("organisations", "find", "--number", OWNER, "--json")).json
    assert (found["number"], found["name"]) == (MASKED, "Hộ kinh doanh Trịnh Thị Bến")
    by_name = await office.installation.run("organisations", "find", "--name", "ben nghieng mot")
    assert code in by_name.out
    both = (
        await office.installation.run("organisations", "find", "--name", "Công ty Bến Ngh", "--json")
    ).json
    unit, enterprise = sorted(both, key=lambda one: str(one["kind"]))
    shown = (await office.installation.run("organisations", "show", unit["organisation_id"], "--json")).json
    assert (shown["number"], shown["parent_id"]) == (f"{code}-001", enterprise["organisation_id"])


async def test_an_organisation_is_added_by_hand_and_its_status_is_set_with_a_reason(
    office: Office, world: ServedWorld
) -> None:
    code, owner = tax_code(), "031183995002"
    name = "Công ty TNHH Cầu Rào Hai"
    added = (await office.installation.run("organisations", "add", "enterprise", code, name, "--json")).json
    assert (added["outcome"], added["number"], added["status"]) == ("added", code, "active")
    household = await office.installation.run(
        "organisations", "add", "household-business", owner, "Hộ kinh doanh Cầu Rào"
    )
    assert owner not in household.out
    assert "002" in household.out
    wrong = await office.installation.run("organisations", "add", "household-business", code, name)
    assert wrong.refusal.startswith("identifier: the number of a household business is its owner's")
    command = ("organisations", "set-status", added["organisation_id"], "suspended", "--reason", "letter 7")
    assert (await office.installation.run(*command)).out == f"{added['organisation_id']} is suspended\n"
    assert (await office.installation.run(*command)).refusal.startswith("no organisation")
    assert (await _payloads(world, EventType.ORGANISATION_STATUS_CHANGED))[-1] == {
        "organisation_id": added["organisation_id"],
        "was": "active",
        "status": "suspended",
        "reason": "letter 7",
        "grants": 0,
    }


async def test_the_tree_of_agencies_is_taken_in_and_shown_by_either_code(
    office: Office, world: ServedWorld, tmp_path: Path
) -> None:
    file = tmp_path / "agencies.jsonl"
    rows = (
        {"code": "H39.08", "name": "Sở Y tế", "kind": "department"},
        {"code": "H39", "name": "Ủy ban nhân dân", "kind": "city"},
        {"code": "000.00.08.H39", "name": "Sở Y tế", "kind": "department"},
        {"code": "001.00.08.H39", "name": "Trạm Y tế", "kind": "unit", "ward_code": "11311"},
    )
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    ran = await office.installation.run("agencies", "import", str(file), "--as-of", "2026-03-01")
    assert (ran.status, ran.err) == (1, "hpid: 1 line is refused; all others are taken\n")
    assert "unknown_representatives" not in ran.out, "an agency's line names nobody"
    assert "there is no agency H39" in ran.out
    shown = (await office.installation.run("agencies", "show", "000.00.08.H39", "--json")).json
    assert [one["code"] for one in shown] == ["H39.08", "H39.08.001"]
    assert (await office.installation.run("agencies", "show", "H39.99")).refusal == "no agency H39.99"
    assert (await _payloads(world, EventType.AGENCIES_IMPORTED))[-1]["added"] == 3
    late = await office.installation.run("agencies", "import", str(file), "--as-of", "2999-01-01")
    assert late.refusal.startswith("--as-of: is still to come")
