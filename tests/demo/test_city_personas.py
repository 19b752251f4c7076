"""The personas are complete, consistent, and the only ones who can sign in (DOMAIN §5.5)."""

import base64
import json
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from stdnum.vn import mst

from demo.city import City, Person, generate, personas
from demo.city.__main__ import main
from demo.city.dates import AS_OF, age_of
from demo.city.national import accounts
from demo.city.numbers import century_digit
from demo.city.personas import Persona

MUST_HAVE = {
    "level-02-adult",
    "level-01-adult",
    "no-account-adult",
    "child-5",
    "child-9",
    "child-15",
    "child-17",
    "custody-mother",
    "custody-father",
    "foreigner-valid",
    "foreigner-expired",
    "deceased",
    "locked-by-police",
    "card-expired-at-40",
    "id-reissued",
    "same-name-a",
    "same-name-b",
    "year-only-birth-date",
    "hoa-old-style",
    "hoa-new-style",
    "director-of-1",
    "director-of-12",
    "dissolved-company-director",
    "household-business-owner",
    "accountant",
    "expired-mandate",
    "official-cam-giang-10888",
    "official-cam-giang-10903",
    "official-two-posts",
    "leaver",
    "desk-official",
    "agency-admin",
    "security-officer",
    "auditor",
    "rp-developer",
    "kiosk",
    "split-commune",
}


@pytest.fixture(scope="module")
def city() -> City:
    return generate()


@pytest.fixture(scope="module")
def people(city: City) -> dict[str, Person]:
    return {person.key: person for person in city.people}


@pytest.fixture(scope="module")
def rows(city: City) -> dict[str, dict[str, object]]:
    return {str(row["number"]): row for row in accounts(city)}


def persona(slug: str) -> Persona:
    return next(one for one in personas.load() if one.slug == slug)


def national_row(rows: dict[str, dict[str, object]], slug: str) -> dict[str, object]:
    sign_in = persona(slug).national
    assert sign_in is not None
    return rows[sign_in.number]


def test_every_persona_the_domain_asks_for_exists_once() -> None:
    slugs = Counter(one.slug for one in personas.load())

    assert set(slugs) >= MUST_HAVE
    assert max(slugs.values()) == 1


def test_every_person_among_them_is_in_the_city(people: dict[str, Person]) -> None:
    assert {one.slug for one in personas.load() if one.kind == "person"} == {
        key for key in people if not key.startswith("p-")
    }


def test_six_are_featured_with_an_easy_password() -> None:
    featured = [one for one in personas.load() if one.featured]

    assert {one.slug for one in featured} == {
        "level-02-adult",
        "level-01-adult",
        "director-of-12",
        "household-business-owner",
        "locked-by-police",
        "desk-official",
    }
    assert all(one.national or one.city for one in featured)
    desk = persona("desk-official").city
    assert desk is not None


def test_passwords_are_long_easy_to_type_and_used_once() -> None:
    passwords = [
        sign_in.password for one in personas.load() for sign_in in (one.national, one.city) if sign_in
    ]

    assert len(set(passwords)) == len(passwords)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+-2026", password) for password in passwords)
    assert min(len(password) for password in passwords) >= 15


def test_city_credentials_have_a_totp_secret_of_160_bits_and_a_name_of_their_own() -> None:
    credentials = [one.city for one in personas.load() if one.city]

    assert all(len(base64.b32decode(one.totp_secret)) == 20 for one in credentials)
    assert len({one.totp_secret for one in credentials}) == len(credentials)
    assert len({one.username for one in credentials}) == len(credentials)


def test_no_secret_shows_when_a_persona_is_printed() -> None:
    for one in personas.load():
        for sign_in in (one.national, one.city):
            assert sign_in is None or sign_in.password not in repr(one)


def test_their_numbers_keep_to_the_tenth_reserved_for_them(city: City) -> None:
    for person in city.people:
        fixed = not person.key.startswith("p-")
        if person.nationality == "VNM":
            assert (person.personal_id[6:8] == "99") == fixed
        if person.phone:
            assert person.phone.startswith("+845399") == fixed
    for organisation in city.organisations:
        if organisation.scheme == "tax-code" and organisation.kind == "enterprise":
            assert (organisation.identifier[2:5] == "999") == organisation.key.startswith("org-")
            assert mst.is_valid(organisation.identifier)


def test_their_numbers_agree_with_sex_and_birth_year(people: dict[str, Person]) -> None:
    for key, person in people.items():
        if not key.startswith("p-") and person.nationality == "VNM":
            assert person.personal_id[3:6] == (
                f"{century_digit(person.sex, person.birth_year)}{person.birth_year % 100:02d}"
            )


@pytest.mark.parametrize("age", [5, 9, 15, 17])
def test_the_children_have_their_age_and_their_parents(people: dict[str, Person], age: int) -> None:
    child = people[f"child-{age}"]

    assert child.birth_date is not None
    assert age_of(child.birth_date, AS_OF) == age
    assert child.parents == ("level-02-adult", "other-parent")


def test_neither_parent_in_conflict_may_act(city: City) -> None:
    powers = [mandate for mandate in city.mandates if mandate.principal == "custody-child"]

    assert {power.delegate for power in powers} == {"custody-mother", "custody-father"}
    assert {power.status for power in powers} == {"blocked"}


def test_the_two_of_one_name_share_a_birth_date_and_no_number(people: dict[str, Person]) -> None:
    one, other = people["same-name-a"], people["same-name-b"]

    assert (one.full_name, one.birth_date) == (other.full_name, other.birth_date)
    assert one.personal_id != other.personal_id
    assert one.uuid != other.uuid


def test_hoa_and_hoa_differ_by_the_place_of_the_mark_only(people: dict[str, Person]) -> None:
    old, new = people["hoa-old-style"], people["hoa-new-style"]

    assert (old.given_name, new.given_name) == ("Hòa", "Hoà")
    assert old.birth_date == new.birth_date


def test_the_reissued_number_keeps_the_cancelled_one_on_record(people: dict[str, Person]) -> None:
    person = people["id-reissued"]
    (earlier,) = person.earlier_ids

    assert earlier.number != person.personal_id
    assert earlier.number[3] == "0"  # had been registered as male


def test_the_split_commune_leaves_more_than_one_answer(people: dict[str, Person]) -> None:
    assert people["split-commune"].address.candidates == ("10543", "10891")


@pytest.mark.parametrize(("slug", "count"), [("director-of-1", 1), ("director-of-12", 12)])
def test_directors_are_sole_representative_of_as_many_companies(city: City, slug: str, count: int) -> None:
    companies = [one for one in city.organisations if slug in one.representatives]

    assert len(companies) == count
    assert {one.representatives for one in companies} == {(slug,)}
    assert len([power for power in city.mandates if power.delegate == slug]) == count


def test_the_accountant_has_400_clients_and_only_through_the_firm(city: City) -> None:
    powers = [power for power in city.mandates if power.delegate == "accountant" and power.through]

    assert len({power.principal for power in powers if power.status == "active"}) == 400


def test_the_expired_mandate_ended_before_today(city: City) -> None:
    (power,) = [power for power in city.mandates if power.delegate == "expired-mandate"]

    assert power.status == "expired"
    assert power.valid_to is not None
    assert power.valid_to < AS_OF


def test_officials_among_the_personas_hold_the_posts_they_stand_for(city: City) -> None:
    officials = {official.person: official for official in city.officials}
    agencies = {agency.code: agency for agency in city.agencies}

    def wards(slug: str) -> set[str | None]:
        return {agencies[post.agency_code].ward_code for post in officials[slug].posts}

    assert wards("official-cam-giang-10888") == {"10888"}
    assert wards("official-cam-giang-10903") == {"10903"}
    assert wards("desk-official") == {"11383"}
    assert len(officials["official-two-posts"].posts) == 2
    assert officials["leaver"].status == "left"
    assert [bool(post.valid_to) for post in officials["leaver"].posts] == [True]
    roles = {role for official in officials.values() for post in official.posts for role in post.roles}
    assert roles >= {"desk-officer", "agency-admin", "security-officer", "auditor", "developer"}


def test_whoever_has_city_credentials_is_an_official_or_the_accountant(city: City) -> None:
    officials = {official.person for official in city.officials}

    assert {one.slug for one in personas.load() if one.city} - officials == {"accountant"}


def test_only_personas_are_in_the_national_accounts_file(rows: dict[str, dict[str, object]]) -> None:
    with_sign_in = [one for one in personas.load() if one.national]

    assert len(rows) == len(with_sign_in)
    assert all(row["password"] for row in rows.values())
    assert not any(number in {str(row["sub"]), str(row["tech_id"])} for number, row in rows.items())
    assert len({row["sub"] for row in rows.values()}) == len(rows)


def test_the_accounts_file_covers_every_status_and_kind(rows: dict[str, dict[str, object]]) -> None:
    assert {row["status"] for row in rows.values()} == {
        "active",
        "locked",
        "deceased",
        "expired_card",
        "dissolved",
    }
    kinds = Counter(row["account_type"] for row in rows.values())
    assert kinds["enterprise"] >= 2
    assert kinds["organisation"] >= 1
    enterprises = [row for row in rows.values() if row["account_type"] == "enterprise"]
    assert {row["names_acting_person"] for row in enterprises} == {True, False}


def test_a_national_account_says_what_the_register_says(rows: dict[str, dict[str, object]]) -> None:
    row = national_row(rows, "level-02-adult")

    assert row["full_name"] == "Nguyễn Thị Hương"
    assert (row["account_level"], row["status"], row["sex"]) == (2, "active", "female")
    assert (row["birth_date"], row["nationality"]) == ("1984-03-14", "VNM")
    assert row["address"] == {"ward_code": "11383", "detail": "số 16, ngõ 5, đường Tô Hiệu"}
    assert national_row(rows, "year-only-birth-date")["birth_date"] == "1946"


def test_an_enterprise_account_has_its_tax_code_and_a_level_02_person_behind_it(
    city: City, rows: dict[str, dict[str, object]], people: dict[str, Person]
) -> None:
    for one in personas.load():
        if one.kind not in {"enterprise", "organisation"}:
            continue
        row = national_row(rows, one.slug)
        organisation = next(entry for entry in city.organisations if entry.key == one.organisation)
        person = people[organisation.representatives[0]]
        assert row["representative"] == {"number": person.personal_id, "full_name": person.full_name}
        assert person.account_level == 2
        tax_code = organisation.identifier if one.kind == "enterprise" else None
        assert row["enterprise"] == {
            "tax_code": tax_code,
            "code": organisation.identifier,
            "name": organisation.name,
        }


def test_the_command_line_writes_the_accounts_file_and_nothing_else(
    tmp_path: Path, city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "accounts.json"

    assert main(["--accounts", str(target)]) == 0
    assert json.loads(target.read_text(encoding="utf-8")) == accounts(city)
    assert list(tmp_path.iterdir()) == [target]
    assert capsys.readouterr().out == ""


def test_every_persona_says_in_two_languages_what_it_shows() -> None:
    for one in personas.load():
        assert all((one.purpose_vi, one.purpose_en, one.shows_vi, one.shows_en))


def test_the_file_has_no_persona_field_the_loader_would_overlook() -> None:
    file = Path(personas.__file__).parents[1] / "personas.yaml"
    known = {
        "slug",
        "kind",
        "featured",
        "purpose",
        "shows",
        "person",
        "national",
        "city",
        "official",
        "organisation",
        "names_acting_person",
        "device",
        "expects",
    }

    assert {key for row in yaml.safe_load(file.read_text("utf-8"))["personas"] for key in row} <= known
