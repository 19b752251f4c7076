"""What somebody hears who does not see the page: the same as is seen, and which of several alike is meant (PAGES §5)."""

from collections.abc import Mapping

import pytest

from idp.ui.formatting import mask_email
from idp.ui.language import Language
from idp.ui.strings import STRINGS
from tests.ui.every_page import Key, Seen, on_every_page
from tests.ui.html import Page

Parsed = Mapping[Key, Page]


@on_every_page
def test_no_link_or_button_is_called_by_the_dots_of_an_address(seen: Seen) -> None:
    hidden = [element for element in seen.page.elements if "vh" in element.attrs.get("class", "").split()]
    assert [element.text for element in hidden if "•••••" in element.text] == []


@pytest.mark.parametrize("language", Language)
def test_two_addresses_that_look_different_sound_different(language: Language) -> None:
    one, other = mask_email("huong@example.vn"), mask_email("huong.nt@example.vn")
    assert one.shown != other.shown
    heard = {STRINGS[language][mask.spoken_key].format(**mask.params) for mask in (one, other)}
    assert len(heard) == 2


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("asked", ["not-me-e1", "ask-why-e5"])
def test_not_me_and_ask_why_say_of_what_moment(parsed: Parsed, language: Language, asked: str) -> None:
    page = parsed["history", language]
    (link,) = [element for element in page.elements if element.attrs.get("id") == asked]
    day = {"vi": "22/11/2026", "en": "22 November 2026"}
    assert link.text.endswith(f", 21:12, {day[language]}")


@on_every_page
def test_a_choice_in_a_list_is_whole_text_in_a_language_it_names(seen: Seen) -> None:
    for option in seen.page.all("option"):
        assert "&" not in option.text
        assert "<" not in option.text
    if seen.language is Language.EN and "service" in seen.page.ids() and seen.name.startswith("data-form"):
        spoken = {option.text: option.attrs.get("lang") for option in seen.page.all("option")}
        assert spoken["Cổng dịch vụ công Hải Phòng (Văn phòng UBND)"] == "vi"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ["sign-in-code-enter-used-up", "sign-in-code-enter-over"])
def test_where_a_code_is_over_nothing_asks_for_it(parsed: Parsed, language: Language, name: str) -> None:
    ids = parsed[name, language].ids()
    assert {"resend", "other-way", "other-address"} <= set(ids)
    assert not {"otp", "submit", "sent-to"} & set(ids)


@on_every_page
def test_where_something_is_ticked_for_a_service_it_is_said_that_only_that_is_sent(seen: Seen) -> None:
    page = seen.page
    if any(element.attrs.get("name") == "scope" for element in page.elements):
        assert "only-ticked" in page.ids()


@pytest.mark.parametrize("language", Language)
def test_an_unknown_device_does_not_begin_a_sentence_in_its_middle(
    parsed: Parsed, language: Language
) -> None:
    page = parsed["account-home-alerts-few", language]
    (alert,) = [element for element in page.elements if element.attrs.get("id") == "alert-new-device"]
    said = {"vi": ", thiết bị không rõ tên", "en": ", device without a name"}
    assert said[language] in alert.text
