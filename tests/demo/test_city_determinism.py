"""One size and one seed give one city (DOMAIN §5), whatever the process."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import demo.city
from demo.city import City, digest, generate, stream
from demo.city.__main__ import summary
from demo.city.sizes import sizes_of

ROOT = Path(demo.city.__file__).parents[2]


@pytest.fixture(scope="module")
def city() -> City:
    return generate(1_000)


def test_the_same_seed_gives_the_same_city(city: City) -> None:
    assert digest(generate(1_000)) == digest(city)


def test_another_process_with_other_hash_seeds_gives_the_same_city(city: City) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "demo.city", "--size", "1000", "--summary"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert printed.splitlines()[-1] == f"digest {digest(city)}"


def test_another_seed_gives_other_people_but_the_same_personas(city: City) -> None:
    other = generate(1_000, seed=32)

    assert digest(other) != digest(city)
    own = {person.key: person for person in city.people if not person.key.startswith("p-")}
    assert own == {person.key: person for person in other.people if not person.key.startswith("p-")}
    assert {person.uuid for person in other.people} & {person.uuid for person in city.people} == {
        person.uuid for person in own.values()
    }


def test_a_stream_yields_what_generate_collects(city: City) -> None:
    people = tuple(record for record in stream(1_000) if isinstance(record, demo.city.Person))

    assert people == city.people


def test_a_streamed_record_comes_after_those_it_points_at() -> None:
    people: set[str] = set()
    organisations: set[str] = set()
    households: set[str] = set()
    agencies: set[str] = set()
    for record in stream(1_000):
        match record:
            case demo.city.Person():
                assert record.household in households
                people.add(record.key)
            case demo.city.Household():
                households.add(record.key)
            case demo.city.Relation():
                assert {record.person, record.other} <= people
            case demo.city.Agency():
                assert record.parent is None or record.parent in agencies
                agencies.add(record.code)
            case demo.city.Organisation():
                assert set(record.representatives) <= people
                assert record.parent is None or record.parent in organisations
                organisations.add(record.key)
            case demo.city.Official():
                assert record.person in people
                assert {post.agency_code for post in record.posts} <= agencies
            case demo.city.Mandate():
                assert record.delegate in people
                assert record.principal in (people if record.principal_kind == "person" else organisations)
                assert record.through is None or record.through in organisations


def test_the_demo_city_has_the_sizes_of_the_ci_column() -> None:
    counts = summary(generate("demo"))

    assert counts["people"] == 5_000
    assert counts["foreigners"] == 40
    assert counts["agencies"] == 40
    assert counts["officials"] == 200
    assert counts["organisations: enterprise"] == 200
    assert counts["organisations: dependent-unit"] == 40
    assert counts["organisations: household-business"] == 600


@pytest.mark.parametrize("residents", [1_000, 1_777, 2_500])
def test_any_number_of_residents_is_met_exactly(residents: int) -> None:
    assert len(generate(residents).people) == residents


def test_sizes_run_in_straight_lines_between_the_columns() -> None:
    assert sizes_of("load").officials == 30_000
    assert sizes_of("full").household_businesses == 230_000
    assert sizes_of(252_500).enterprises == 4_100  # half-way between 200 and 8,000


@pytest.mark.parametrize("size", [999, 4_662_001])
def test_a_city_too_small_or_too_large_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="residents"):
        generate(size)


def test_the_generator_imports_the_communes_alone_of_the_provider_and_no_ready_made_faker() -> None:
    allowed = sys.stdlib_module_names | {"demo", "yaml", "stdnum"}
    for file in (ROOT / "demo" / "city").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            modules = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            others = [module for module in modules if not module.startswith("idp.people")]
            assert {module.split(".")[0] for module in others} <= allowed, file.name
            taken = set(modules) - set(others)
            assert taken <= ({"idp.people", "idp.people.communes"} if file.name == "communes.py" else set())
