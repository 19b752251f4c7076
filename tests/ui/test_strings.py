"""The words: the same keys and parameters in both languages, and the house style of PAGES §4.2."""

import re
import string
import unicodedata

import pytest

from idp.ui.language import Language
from idp.ui.pages import Pages
from idp.ui.strings import PAGES, STRINGS, Texts
from tests.ui.sample import SITE
from tests.ui.samples import SAMPLES
from tests.ui.test_answering import answering_page
from tests.ui.test_going_on import going_on_page

VI, EN = STRINGS[Language.VI], STRINGS[Language.EN]
GIVEN_BY_CONTROLLERS = (
    "event_",
    "history_file_",
    "history_reason_",
    "claim_",
    "not_sent_",
    "value_",
    "office_",
    "notice_",
    "error_",
    "locked_",
    "masked_",
    "passkey_device_",
)
NOT_OURS = re.compile(
    r"\b(bạn|quý khách|chúng tôi|chúng ta|người dùng|login|account|user|click|vui lòng|lỗi không xác định)\b"
)
NEW_STYLE_MARKS = re.compile(r"\b\w*(?:(?<!q)u[ýỳỷỹỵ]|o[áàảãạ]|o[éèẻẽẹ])\b")


def test_both_languages_have_the_same_keys_and_no_key_stands_twice() -> None:
    for page in PAGES:
        assert list(page.VI) == list(page.EN)
    assert sum(len(page.VI) for page in PAGES) == len(VI)


def test_a_sentence_has_the_same_parameters_and_links_in_both_languages() -> None:
    for key, text in VI.items():
        assert _parameters(text) == _parameters(EN[key]), key
        assert _targets(text) == _targets(EN[key]), key


@pytest.mark.parametrize("language", Language)
def test_words_are_composed_and_free_of_shouting_and_stray_marks(language: Language) -> None:
    for key, text in STRINGS[language].items():
        plain = _words(text)
        assert text == unicodedata.normalize("NFC", text), key
        assert text == text.strip(), key
        assert not set('!<>&"…') & set(plain), key
        assert "  " not in plain, key
        assert " - " not in plain, key


def test_vietnamese_words_keep_the_house_style() -> None:
    for key, text in VI.items():
        assert not NOT_OURS.search(_words(text).lower()), key
        assert not NEW_STYLE_MARKS.search(text.lower()), key


@pytest.mark.parametrize("wrong", ["huỷ", "khoá", "hoà", "thuỷ", "uỷ quyền", "toà", "khoẻ"])
def test_new_style_tone_marks_would_be_seen(wrong: str) -> None:
    assert NEW_STYLE_MARKS.search(wrong)


@pytest.mark.parametrize("right", ["hủy", "khóa", "hòa", "quý", "ủy quyền", "toàn", "khoản", "chuyển"])
def test_old_style_tone_marks_are_let_through(right: str) -> None:
    assert not NEW_STYLE_MARKS.search(right)


@pytest.mark.parametrize(("language", "longest"), [(Language.VI, 26), (Language.EN, 22)])
def test_sentences_are_short(language: Language, longest: int) -> None:
    for key, text in STRINGS[language].items():
        for sentence in re.split(r"(?<=[.?:;])\s", _words(text)):
            assert len(re.findall(r"\w+", sentence)) <= longest, key


def test_every_sentence_is_said_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    said: set[str] = set()
    speak, plain = Texts.__call__, Texts.plain

    def spoken(self: Texts, key: str, **params: object) -> object:
        said.add(key)
        return speak(self, key, **params)

    def spoken_plain(self: Texts, key: str, **params: object) -> object:
        said.add(key)
        return plain(self, key, **params)

    monkeypatch.setattr(Texts, "__call__", spoken)
    monkeypatch.setattr(Texts, "plain", spoken_plain)
    pages = Pages(SITE)
    for sample in SAMPLES.values():
        sample.render(pages, Language.VI)
    answering_page(pages)
    going_on_page(pages)
    assert [key for key in VI if key not in said and not key.startswith(GIVEN_BY_CONTROLLERS)] == []


def test_markup_in_a_sentence_becomes_html_and_parameters_are_escaped() -> None:
    texts = Texts(Language.VI, upstream="<VNeID>")
    assert texts("method_national") == "Đăng nhập bằng &lt;VNeID&gt;"
    assert texts("rp_policy", policy="https://a.example/?x=1&y", rp="<b>") == (
        '<a href="https://a.example/?x=1&amp;y" id="rp-policy" rel="noopener noreferrer">Chính sách dữ liệu</a>'
        " của &lt;b&gt;."
    )
    assert texts("continue_as", name="Nguyễn Thị Hương") == (
        "Tiếp tục với tên <strong>Nguyễn Thị Hương</strong>"
    )


def test_numbers_in_a_sentence_take_the_singular_or_the_plural() -> None:
    vietnamese, english = Texts(Language.VI), Texts(Language.EN)
    assert vietnamese("case_too_many_title", minutes=1) == "Thử lại sau 1 phút"
    assert english("case_too_many_title", minutes=1) == "Try again in 1 minute"
    assert english("case_too_many_title", minutes=2) == "Try again in 2 minutes"
    assert english.plain("signed_out_text_alone", count=1200) == "Hải Phòng ID closed 1,200 sessions."


def test_an_unknown_sentence_or_a_missing_parameter_is_an_error() -> None:
    with pytest.raises(KeyError):
        Texts(Language.VI)("no_such_key")
    with pytest.raises(KeyError):
        Texts(Language.VI)("continue_as")


def _words(text: str) -> str:
    """Return what is left of a sentence without marks, targets and parameters."""
    return re.sub(r"\{[^}]*\}", "x", re.sub(r"\*\*|\[|\]\([^)]*\)", "", text))


def _parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _targets(text: str) -> list[str]:
    return sorted(re.findall(r"\]\(([^)]*)\)", text))
