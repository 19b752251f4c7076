"""The simulated national system: one browser's sign-in is no use to another; pages keep to themselves."""

import re
from pathlib import Path

import pytest

from federation.national_mock.words import WORDS, first_known, say
from tests.federation.national_driver import (
    HUONG,
    PASSWORDS,
    Browser,
    National,
    answer,
    hidden_fields,
    make_national,
)

_PACKAGE = Path(__file__).parents[2] / "federation" / "national_mock"


@pytest.fixture
def national(tmp_path: Path) -> National:
    return make_national(tmp_path)


async def _at_the_code(national: National) -> Browser:
    browser = national.browser()
    await browser.start()
    await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    return browser


async def test_a_sign_in_cannot_be_finished_in_another_browser(national: National) -> None:
    person, attacker = await _at_the_code(national), national.browser()
    await attacker.start()
    attacker.page = person.page
    assert (await attacker.post(otp=person.otp())).status_code == 400
    assert answer(await person.press(otp=person.otp()))["code"]


async def test_another_browser_sees_neither_the_page_nor_the_phone(national: National) -> None:
    person, attacker = await _at_the_code(national), national.browser()
    await attacker.start()
    flow = person.page.url.params["sessionDataKey"]
    for address in (str(person.page.url), f"/dien-thoai/{flow}"):
        assert (await attacker.http.get(address)).status_code == 400
    phone = await person.http.get(f"/dien-thoai/{flow}")
    assert f'id="phone-otp">{person.otp()}<' in phone.text


async def test_the_pretend_phone_is_silent_until_a_code_was_sent(national: National) -> None:
    browser = national.browser()
    await browser.start()
    phone = await browser.http.get(f"/dien-thoai/{browser.page.url.params['sessionDataKey']}")
    assert phone.status_code == 200
    assert "phone-otp" not in phone.text


async def test_two_sign_ins_in_two_tabs_do_not_disturb_each_other(national: National) -> None:
    browser = national.browser()
    first = await browser.start(state="first")
    await browser.start(state="second")
    second = browser.page
    for page, state in ((first, "first"), (second, "second")):
        browser.page = page
        await browser.press(number=HUONG, password=PASSWORDS[HUONG])
        assert answer(await browser.press(otp=browser.otp()))["state"] == state


@pytest.mark.parametrize("origin", ["", "null", "https://attacker.example", "http://localhost:8443"])
async def test_a_form_of_another_site_is_refused(national: National, origin: str) -> None:
    browser = national.browser()
    await browser.start()
    response = await browser.post(origin=origin, number=HUONG, password=PASSWORDS[HUONG])
    assert response.status_code == 403


async def test_a_form_without_its_token_is_refused(national: National) -> None:
    browser = national.browser()
    await browser.start()
    assert (await browser.post(form_token="", number=HUONG, password=PASSWORDS[HUONG])).status_code == 403
    assert hidden_fields(browser.page.text)["form_token"]


async def test_every_page_is_kept_out_of_caches_frames_and_scripts(national: National) -> None:
    browser = national.browser()
    pages = [await browser.start(acr_values="LoA3")]
    pages.append(await browser.press(number=HUONG, password=PASSWORDS[HUONG]))
    pages.append(await browser.http.get(f"/dien-thoai/{browser.page.url.params['sessionDataKey']}"))
    pages.append(await browser.press(otp=browser.otp()))
    pages.extend([await browser.http.get("/"), await browser.http.get("/nothing-here")])
    for page in pages:
        assert page.headers["cache-control"] == "no-store"
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert not re.search(r"<script| style=| on\w+=|https?://(?!localhost)", page.text)
        assert "MÔ PHỎNG" in page.text
        assert "không phải VNeID" in page.text


async def test_cookies_are_out_of_reach_of_scripts_and_named_after_the_service(national: National) -> None:
    browser = national.browser()
    response = await browser.http.get(
        "/oauth2/authorize?client_id=haiphong-id&response_type=code&scope=openid"
        "&redirect_uri=http://localhost:8443/upstream/national/callback"
    )
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("national-flow=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_the_language_is_the_one_asked_for_and_stays(national: National) -> None:
    browser = national.browser()
    assert '<html lang="en">' in (await browser.start(ui_locales="fr en-GB vi")).text
    assert '<html lang="vi">' in (await browser.start()).text
    english = await browser.open(f"{browser.page.url}&lang=en")
    assert '<html lang="en">' in english.text
    assert '<html lang="en">' in (await browser.press(number=HUONG, password=PASSWORDS[HUONG])).text
    assert '<html lang="en">' in (await browser.start()).text, "remembered"
    assert '<html lang="vi">' in (await browser.start(ui_locales="vi")).text, "the relying party's wish wins"


async def test_the_other_language_is_one_link_away_on_a_page_that_answers_a_form(national: National) -> None:
    browser = national.browser()
    await browser.start()
    for _ in range(10):
        await browser.press(number=HUONG, password="wrong")
    page = await browser.press(number=HUONG, password="wrong")
    assert page.status_code == 429
    link = re.search(r'id="lang-en" href="([^"]+)"', page.text)
    assert link is not None
    english = await browser.open(str(page.url.join(link[1].replace("&amp;", "&"))))
    assert "Sign in to the identity account" in english.text


async def test_personas_fill_the_form_only_where_the_setting_shows_them(tmp_path: Path) -> None:
    browser = make_national(tmp_path, show_personas=True).browser()
    page = await browser.start()
    assert 'id="personas"' in page.text
    assert page.text.count('class="fill"') == 1, "only accounts with a note are personas"
    await browser.open(f"{page.url}&fill=sub-huong")
    assert f'value="{HUONG}"' in browser.page.text
    assert f'value="{PASSWORDS[HUONG]}"' in browser.page.text


async def test_personas_are_hidden_otherwise(national: National) -> None:
    browser = national.browser()
    page = await browser.start()
    filled = await browser.open(f"{page.url}&fill=sub-huong")
    for shown in (page, filled):
        assert "personas" not in shown.text
        assert PASSWORDS[HUONG] not in shown.text


def test_every_sentence_is_used_and_every_used_sentence_exists() -> None:
    sources = [*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.html")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources if not path.name.endswith("words.py"))
    spoken = set(re.findall(r'\bw\("([\w.]*\w)"', text)) | set(re.findall(r'"(error\.\w+)"', text))
    assert spoken <= set(WORDS)
    built = (
        "error.",
        "refused.",
        "step.",
        "type.",
        "home.",
        "profile.",
        "logout.",
        "fault.",
        "group.",
        "see.",
        "panel.amount.",
        "entry.",
        "event.",
        "fact.",
        "choice.",
        "scan.phone.",
    )  # keys put together in code
    assert {key for key in WORDS if key not in spoken and not key.startswith(built)} == set()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_sentence_can_be_said(language: str) -> None:
    for key in WORDS:
        assert say(
            language,
            key,
            at=1,
            all=3,
            level=2,
            minutes=5,
            time="21:07",
            ended=1,
            heard=1,
            silent=1,
            usual=1,
            phone="localhost/phone",
            left=2,
        )


def test_the_first_known_language_of_a_list_is_taken() -> None:
    assert first_known("fr-FR vi-VN en") == "vi"
    assert first_known("EN") == "en"
    assert first_known("fr ") is None
