"""The national registers of the demo city: everybody is in them, and they agree with themselves."""

import pytest

from demo.city.__main__ import main
from federation.national_mock.registers.loading import read_registers
from federation.national_mock.registers.records import INVERSE, Registers


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> Registers:
    folder = tmp_path_factory.mktemp("registers")
    assert (
        main(["--size", "1000", "--registers", str(folder / "r.json"), "--accounts", str(folder / "a.json")])
        == 0
    )
    assert (folder / "a.json").is_file()
    return read_registers(folder / "r.json")


def test_everybody_is_in_the_population_register(registers: Registers) -> None:
    numbers = [person.personal_id for person in registers.people]
    assert len(numbers) == len(set(numbers)) == 1000
    assert {person.status for person in registers.people} == {"living", "dead", "locked"}
    assert any(person.former_ids for person in registers.people)
    assert any(person.card is None for person in registers.people)


def test_what_one_is_to_the_other_stands_in_both_records(registers: Registers) -> None:
    stated = {
        (person.personal_id, one.kind, one.personal_id, one.contested)
        for person in registers.people
        for one in person.relations
    }
    assert {kind for _, kind, _, _ in stated} >= {"parent", "child", "spouse"}
    assert stated == {(other, INVERSE[kind], who, contested) for who, kind, other, contested in stated}


def test_only_of_foreigners_the_residence_ends(registers: Registers) -> None:
    ending = {person.nationality for person in registers.people if person.residence.until is not None}
    assert ending
    assert "VNM" not in ending


def test_enterprises_are_found_by_their_tax_code_and_name_who_acts(registers: Registers) -> None:
    people = {person.personal_id for person in registers.people}
    named = {one.personal_id for each in registers.enterprises for one in each.representatives}
    assert named
    assert named <= people
    assert any(each.tax_code in people for each in registers.enterprises), "household businesses"
    assert len({each.tax_code for each in registers.enterprises}) == len(registers.enterprises)


def test_with_nothing_to_do_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "--registers" in capsys.readouterr().err
