"""The words of mail and SMS: one line from elsewhere, no link but the one that can only lock (PAGES §4.1, adr/0051)."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from idp.messages.model import Channel
from idp.messages.model.notices import FACTS, Act, Factor, Notice, Step
from idp.messages.texts import Service, Site, Text, code_text, notice_text, one_line
from idp.messages.words import WORDS

AT = datetime(2026, 11, 27, 14, 7, tzinfo=UTC)  # 21:07 in Việt Nam
SITE = Site(host="id.haiphong.example", origin="https://id.haiphong.example", hotline="1900 0000")
LINK = "hp_notme_3d" + "k" * 43
URL = f"https://id.haiphong.example/not-me?t={LINK}"
PORTAL = Service(name="Cổng dịch vụ công", host="dvc.haiphong.example")
VALUES = {
    "client_id": ["portal"],
    "browser": ["Chrome, Android"],
    "factor": [*Factor],
    "act": [*Act],
    "change": ["added", "removed"],
    "channel": [*Channel],
    "step": [*Step],
    "deed": ["acted", "consented"],
    "reason": ["case"],
    "case": ["7K2M-9QXD-4HJR"],
}
WHERE = {"dispute": "phong-lua-dao", "unlock": "unlock"}
"""Way that a text names → the page it says to open."""

DEEDS = {Notice.CROSS_DEVICE: ["confirmed", "refused"]}
"""Deeds of a notice that has others."""


def told(
    facts: dict[str, str],
    *,
    channel: Channel = Channel.EMAIL,
    language: str = "vi",
    service: Service | None = None,
    is_last_today: bool = False,
    link: str = "",
) -> Text:
    return notice_text(
        facts,
        at=AT,
        channel=channel,
        language=language,
        site=SITE,
        service=service,
        is_last_today=is_last_today,
        link=link,
    )


def every_notice() -> list[dict[str, str]]:
    found = []
    for notice in Notice:
        facts = [{"notice": notice.value}]
        for name in sorted(FACTS[notice] & VALUES.keys()):
            values = DEEDS.get(notice, VALUES[name]) if name == "deed" else VALUES[name]
            facts = [{**one, name: str(value)} for one in facts for value in values]
        found += facts
    return found


def _way(facts: dict[str, str]) -> str:
    return "unlock" if facts.get("act") == Act.LOCKED else "dispute"


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()
    for key, words in WORDS["vi"].items():
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", WORDS["en"][key])), key


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("channel", Channel)
def test_every_notice_says_what_when_and_how_to_dispute_and_has_no_link(
    channel: Channel, language: str
) -> None:
    for facts in every_notice():
        text = told(facts, channel=channel, language=language, service=PORTAL)
        assert "21:07 27/11/2026" in text.body
        assert f"id.haiphong.example/{WHERE[_way(facts)]}" in text.body
        assert not re.search(r"https?:|www\.|sign-in\?|/sign-in|/authorize|\{|\}", text.subject + text.body)
        assert "dvc.haiphong.example" in text.body
        assert "\n" not in text.subject
        assert bool(text.subject) is (channel is Channel.EMAIL)
        assert channel is Channel.EMAIL or len(text.body) <= 350


@pytest.mark.parametrize(("language", "words"), [("vi", "chỉ khóa được"), ("en", "can only lock")])
def test_the_one_link_of_a_mail_says_that_it_only_locks_and_asks_for_no_sign_in(
    language: str, words: str
) -> None:
    for facts in every_notice():
        body = told(facts, language=language, service=PORTAL, link=LINK).body
        (line,) = (one for one in body.split("\n") if "http" in one)
        assert line.endswith(f" {URL}")
        assert body.count("http") == 1
        assert words in line
        assert body == told(facts, language=language, service=PORTAL).body.replace(
            WORDS[language][_way(facts)].format(host=SITE.host),
            f"{WORDS[language][_way(facts)].format(host=SITE.host)}\n{line}",
        ), "nothing else changes"
        sms = told(facts, channel=Channel.PHONE, language=language, service=PORTAL, link=LINK).body
        assert "http" not in sms


@pytest.mark.parametrize("channel", Channel)
def test_who_is_locked_is_told_the_way_back_and_the_case_and_not_how_to_lock(channel: Channel) -> None:
    facts = {"notice": "high_risk_act", "act": "locked", "case": "7K2M-9QXD-4HJR"}
    body = told(facts, channel=channel).body
    assert "Hồ sơ: 7K2M-9QXD-4HJR." in body
    assert "id.haiphong.example/unlock" in body
    assert "để xem cách khóa" not in body
    assert "Khóa tài khoản qua điện thoại" not in body


def test_a_mail_names_the_hotline_and_that_nobody_asks_for_codes() -> None:
    body = told({"notice": "new_factor", "factor": "totp"}).body
    assert body.startswith("Thêm hoặc đổi cách đăng nhập: ứng dụng xác thực.")
    assert "1900 0000" in body
    assert "Ai hỏi là lừa đảo" in body


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Cổng\r\nBcc: a@b.example", "Cổng Bcc: a@b.example"),
        ("a\u2028b\u0085c\x00d", "a b cd"),
        ("gi\u202eả\u200b danh\ufeff", "giả danh"),
        ("  nhiều   chỗ\ttrống ", "nhiều chỗ trống"),
        ("x" * 200, "x" * 79 + "…"),
    ],
)
def test_what_comes_from_elsewhere_is_one_line(name: str, shown: str) -> None:
    assert one_line(name) == shown
    body = told({"notice": "new_service"}, service=Service(name=name, host="h.example")).body
    assert shown in body


def test_a_browser_s_name_is_one_line_too() -> None:
    body = told({"notice": "new_device", "browser": "Chrome\nGõ gia.example"}).body
    assert "Trình duyệt: Chrome Gõ gia.example." in body.split("\n")


def test_the_last_of_the_day_says_so() -> None:
    facts = {"notice": "official_looked"}
    assert "Hôm nay sẽ không nhắn thêm" in told(facts, is_last_today=True).body
    assert "Hôm nay sẽ không nhắn thêm" not in told(facts).body


def test_a_notice_of_a_newer_release_has_no_words() -> None:
    with pytest.raises(KeyError):
        told({"notice": "moon_landed"})


@pytest.mark.parametrize("language", ["vi", "en", "", "fr"])
def test_a_code_comes_with_a_warning_and_without_a_link(language: str) -> None:
    for channel in Channel:
        text = code_text(
            "123456", until=AT + timedelta(minutes=10), now=AT, channel=channel, language=language
        )
        assert "123456" in text.body
        assert "123456" not in text.subject
        assert ("Do not read this code" if language == "en" else "Không đọc mã này") in text.body
        assert not re.search(r"https?:|/", text.body.replace("27/11/2026", ""))
