"""Slips of the hand, at any command: one clear line, and nothing done; what was done is not told as if it was not."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from idp.database import Done
from tests.cli.conftest import Office
from tests.organisations.samples import make_organisation
from tests.processes import HPID
from tests.server import ServedWorld

pytestmark = pytest.mark.network
_NO_TEXT = os.fsdecode(b"\xff\xfe")
_TIME = "is a time with its zone, e.g. 2026-11-27T08:00+07:00"
_DAY = "is a day from 1900-01-01 to 2199-12-31, like 2027-12-31"
_AN_ID = "00000000-0000-4000-8000-000000000000"
_BY_LETTER = ("--role", "maker", "--area", "tax", "--reason", "letter 3")
_ON_PAPER = ("--authority", "Công an", "--letter", "12/CA")

_SLIPS = [
    (("clients", "show", _NO_TEXT), "word 3 of the command is not UTF-8"),
    (("clients", "show", "a\rb"), "no client a\\u000db"),
    (("people", "lock", _AN_ID, "--reason", _NO_TEXT), "word 5 of the command is not UTF-8"),
    (("emergency", "end", "--client", "a", "--until", "0001-01-01T00:00+23:59"), f"--until {_TIME}"),
    (("emergency", "end", "--client", "a", "--since", "9999-12-31T23:59-23:59"), f"--since {_TIME}"),
    (("upstreams", "maintenance", "on", "--until", "9999-12-31T23:59-23:59"), f"--until {_TIME}"),
    (("mandates", "appoint", _AN_ID, _AN_ID, *_BY_LETTER, "--until", "9999-12-31"), f"--until {_DAY}"),
    (("mandates", "guardian", _AN_ID, _AN_ID, "--decision", "7/TA", "--until", "9999-12-31"), f"--until {_DAY}"),
    (("people", "lock-request", _AN_ID, *_ON_PAPER, "--received", "0001-01-01"), f"--received {_DAY}"),
    (
        ("life-events", "apply", "person.died", "--number", "1", "--entered-at", "0001-01-01T00:00+23:59"),
        f"--entered-at {_TIME}",
    ),
    (
        ("life-events", "apply", "person.died", "--number", "1", "--facts", "[" * 2_000),
        "--facts: JSON is nested too deeply or has too many parts",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "refusal"), _SLIPS, ids=lambda one: " ".join(one[:2]) if len(one) < 20 else ""
)
async def test_what_no_calendar_and_no_alphabet_has_is_refused_in_one_line(
    office: Office, words: tuple[str, ...], refusal: str
) -> None:
    assert (await office.installation.run(*words)).refusal == refusal


async def test_a_file_that_is_nested_without_end_is_refused(office: Office, tmp_path: Path) -> None:
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 100_000)
    ran = await office.installation.run("clients", "add", "--from", str(deep))
    assert ran.refusal == f"{deep}: JSON is nested too deeply"
    ran = await office.installation.run(
        "clients", "add", "a", "--name", "A", "--set", "jwks=" + "[" * 100_000
    )
    assert ran.refusal.startswith("jwks")


async def test_a_parent_misspelt_takes_a_child_from_nobody(office: Office, world: ServedWorld) -> None:
    child, mother, locked = [await world.person() for _ in range(3)]
    profile = replace(child.profile, birthdate="2018-03-02")
    await world.write(lambda tx: Done(tx.people.update(replace(child, profile=profile))))
    run = office.installation.run
    await run("mandates", "parents", child.person_id, mother.person_id)
    await run("people", "lock", locked.person_id, "--reason", "letter 3")
    for wrong in (_AN_ID, mother.person_id[:-1], locked.person_id, child.person_id):
        refusal = (await run("mandates", "parents", child.person_id, wrong)).refusal
        assert refusal.startswith(f"nothing is changed: {wrong} can't act as a parent of this child")
    (row,) = (await run("mandates", "of", "--ward", child.person_id, "--json")).json
    assert (row["person_id"], row["ended"]) == (mother.person_id, None)
    adult = await world.person()
    refusal = (await run("mandates", "parents", adult.person_id, mother.person_id)).refusal
    assert refusal.startswith(f"nothing is changed: {mother.person_id} can't act")


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 201])
async def test_a_reason_that_says_nothing_is_none(office: Office, world: ServedWorld, reason: str) -> None:
    person, company = await world.person(), make_organisation()
    await world.write(lambda tx: Done(tx.organisations.add(company)))
    commands = (
        ("people", "lock", person.person_id),
        ("people", "unlock", person.person_id),
        ("people", "release", person.person_id),
        ("people", "mark-compromised", person.person_id),
        (
            "people",
            "change-number",
            person.person_id,
            "--cause",
            "data-corrected",
            "--number",
            "031090000001",
        ),
        ("mandates", "end", "m"),
        ("mandates", "contest", person.person_id),
        ("mandates", "clear", person.person_id),
        ("organisations", "set-status", company.organisation_id, "suspended"),
    )
    for words in commands:
        refusal = (await office.installation.run(*words, "--reason", reason)).refusal
        assert refusal == "--reason is one line of 1 to 200 letters: the record keeps it"
    ran = await office.installation.run("life-events", "settle", "x", "--note", reason)
    assert ran.refusal == "--note is one line of 1 to 200 letters: the record keeps it"


async def test_a_report_is_not_written_over_what_is_read(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "register.jsonl"
    file.write_text("{}\n")
    asked = ("organisations", "import", str(file), "--as-of", "2026-01-01")
    refusal = (await office.installation.run(*asked, "--report", str(file))).refusal
    assert refusal == f"{file}: is what is to be read; name another file for the report"
    assert file.read_text() == "{}\n"
    refusal = (await office.installation.run(*asked, "--report", str(tmp_path))).refusal
    assert refusal == f"{tmp_path}: Is a directory; begin the import again once it can be written"
    full = (await office.installation.run(*asked, "--report", "/dev/full")).refusal
    assert full == "/dev/full: No space left on device; begin the import again once it can be written"
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("sub,id_number\n")
    asked = ("clients", "link-accounts", office.rp.client_id, str(accounts), "--report")
    assert "is what is to be read" in (await office.installation.run(*asked, str(accounts))).refusal
    assert accounts.read_text() == "sub,id_number\n"
    assert "Is a directory" in (await office.installation.run(*asked, str(tmp_path))).refusal


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [("clients", "rotate-secret"), ("clients", "disable")])
def test_who_is_shown_nothing_is_told_that_it_was_done(
    office: Office, words: tuple[str, str], unbuffered: str
) -> None:
    office.installation.hpid(
        "clients", "add", "full", "--name", "Full", "--redirect-uri", "https://full.test/cb"
    )
    office.installation.hpid("clients", "enable", "full")
    with Path("/dev/full").open("wb") as nowhere:
        ran = subprocess.run(
            [*HPID, *words, "full"],
            env=office.installation.environment(PYTHONUNBUFFERED=unbuffered),
            stdout=nowhere,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    said = "hpid: what was asked is done, but can't be shown: No space left on device\n"
    assert (ran.returncode, ran.stderr.decode()) == (1, said)


async def test_what_an_emergency_command_hints_at_is_what_it_takes(
    office: Office, world: ServedWorld
) -> None:
    rp = await world.client("rp-hinted")
    run = office.installation.run
    shown = await run("emergency", "end", "--client", rp.client_id)
    assert f"`hpid clients disable {rp.client_id}` first" in shown.err
    assert (await run("clients", "disable", rp.client_id)).status == 0
    assert (await run("emergency", "end", "--client", rp.client_id)).err == ""
    ended = await run("emergency", "end", "--client", rp.client_id, "--reason", "incident 7", "--yes")
    rows = [line.split("│")[1:3] for line in ended.out.splitlines() if "│" in line]
    said = {name.strip(): value.strip() for name, value in rows}
    assert said["left"] == "0 sessions, 0 grants"
    assert said["ended"] == "0 sessions, 0 grants"
    everything = await run("emergency", "end", "--all", "--addresses", "10.0.0.0/8")
    assert everything.refusal == "name one of --person, --client, --upstream, --key, --addresses, --all"
    assert "--issuer … --reason … --yes" in (await run("emergency", "end", "--all")).out
