"""The 114 communes and the addresses in them (DOMAIN §1.7, §5.3)."""

from collections import Counter

import pytest

from demo.city import City, generate
from demo.city.addresses import old_address_in
from demo.city.communes import communes, old_communes
from demo.city.dates import NEW_COMMUNES
from demo.city.names import latin


@pytest.fixture(scope="module")
def city() -> City:
    return generate()


def test_there_are_67_communes_45_wards_and_2_special_zones() -> None:
    assert Counter(commune.kind for commune in communes().values()) == {"X": 67, "P": 45, "Đ": 2}
    assert Counter(commune.former_province for commune in communes().values()) == {"030": 64, "031": 50}


def test_codes_are_five_digits_and_the_special_zones_have_theirs() -> None:
    assert all(len(code) == 5 and code.isdigit() for code in communes())
    assert communes()["11914"].full_name == "Đặc khu Cát Hải"
    assert communes()["11948"].full_name == "Đặc khu Bạch Long Vĩ"


def test_two_communes_differ_by_one_mark_only() -> None:
    giang, giang_grave = communes()["10888"].full_name, communes()["10903"].full_name

    assert (giang, giang_grave) == ("Xã Cẩm Giang", "Xã Cẩm Giàng")
    assert latin(giang) == latin(giang_grave)


def test_an_old_commune_became_communes_that_exist_and_some_were_split() -> None:
    assert all(set(old.now) <= set(communes()) for old in old_communes())
    assert sum(len(old.now) > 1 for old in old_communes()) >= 5


def test_people_live_in_nearly_every_commune_and_more_in_wards(city: City) -> None:
    homes = Counter(household.address.ward_code for household in city.households)

    assert len(homes) >= 110
    assert homes["11948"] <= 3
    mean = {
        kind: sum(homes[code] for code, commune in communes().items() if commune.kind == kind)
        / sum(commune.kind == kind for commune in communes().values())
        for kind in "PX"
    }
    assert mean["P"] > mean["X"]


def test_a_new_address_is_written_with_its_commune_and_the_city(city: City) -> None:
    for household in city.households:
        if not household.address.old:
            commune = communes()[household.address.ward_code]
            assert household.address.as_written.endswith(f", {commune.full_name}, thành phố Hải Phòng")
            assert household.address.candidates == (commune.code,)
            assert household.address.detail.startswith(("số ", "khu ")) == (commune.kind == "P")


def test_one_address_in_seven_still_names_what_is_gone(city: City) -> None:
    old = [household.address for household in city.households if household.address.old]

    assert len(old) / len(city.households) == pytest.approx(0.15, abs=0.03)
    assert any(len(address.candidates) > 1 for address in old)
    for address in old:
        assert address.ward_code in address.candidates
        assert "thành phố Hải Phòng" not in address.as_written.split(", ")[:-1]
        assert address.valid_from < NEW_COMMUNES


def test_an_old_commune_cannot_be_said_to_have_become_another() -> None:
    with pytest.raises(ValueError, match="did not become"):
        old_address_in("Thị trấn Lai Cách", "huyện Cẩm Giàng", "11383", "khu 3", valid_from=NEW_COMMUNES)
