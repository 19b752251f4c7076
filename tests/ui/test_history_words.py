"""Every kind of event that can be about a person is called something in their history (PAGES §3.1.17)."""

from idp.audit.events import EventType
from idp.ui.history_words import NOBODYS, WORDS, Kind
from idp.ui.language import Language
from idp.ui.strings import STRINGS


def test_every_type_has_words_or_is_about_nobodys_record() -> None:
    assert WORDS.keys() | NOBODYS == set(EventType)
    assert WORDS.keys() & NOBODYS == set()


def test_the_words_are_there_in_both_languages_and_each_kind_is_used() -> None:
    wanted = {f"event_{one.value.replace(':', '_').replace('-', '_')}" for one in WORDS}
    for language in Language:
        assert {key for key in STRINGS[language] if key.startswith("event_")} == wanted
    assert {shown.kind for shown in WORDS.values()} == set(Kind)
