"""Countries: what a nationality is called, by either code, in both languages."""

import pytest

from demo.city.edge_names import FOREIGN_EDGE_NAMES, FOREIGN_NAMES
from idp.ui.countries import country_name
from idp.ui.language import Language


@pytest.mark.parametrize("code", ["KOR", "KR", "kor"])
def test_a_country_is_found_by_either_code(code: str) -> None:
    assert country_name(code, Language.VI) == "Hàn Quốc"
    assert country_name(code, Language.EN) == "South Korea"


@pytest.mark.parametrize("words", ["", "Đại Hàn", "ZZ", "XXA"])
def test_what_is_no_country_has_no_name_here(words: str) -> None:
    assert country_name(words, Language.VI) is None


@pytest.mark.parametrize("language", Language)
def test_every_nationality_of_the_sample_city_has_a_name(language: Language) -> None:
    codes = {code for code, *_ in (*FOREIGN_NAMES, *FOREIGN_EDGE_NAMES)}
    assert {code for code in codes if country_name(code, language) is None} == set()
