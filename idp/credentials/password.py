"""What a password may be – NIST SP 800-63B-4 §3.1.1.2: length, no composition rules, no common, expected or own one.

Compared is always the whole password, in NFC, folded and with its spaces left out, and never a word inside it. The list
beside this file is written by scripts/common_passwords.py; it is read once, when the first password is chosen. Own
words are those of the person and the service: refused is such a word, once or more, with a number and signs beside it.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

SHORTEST = 15
LONGEST = 1024
_LEAST_CHARACTERS = 5
"""Fewer different ones are a pattern, however long."""
_SHORTEST_WORD = 3
_MOST_BESIDE = 12
"""As long as the numbers people know by heart: a birth date, a phone, an ID number."""
_PADDING = re.compile(r"[\x21-\x60\x7b-\x7e]+")
"""ASCII but small letters, and there are no others in a folded text."""


def password_problem(password: str, *, context_words: tuple[str, ...] = ()) -> str | None:
    """Return the key of what is wrong, or None. Lengths count code points after NFC."""
    text = unicodedata.normalize("NFC", password)
    if len(text) < SHORTEST:
        return "password_short"
    if len(text) > LONGEST:
        return "password_long"
    folded = _folded(text)
    if (
        len(set(folded)) < _LEAST_CHARACTERS
        or folded in common_passwords()
        or any(_is_made_of(folded, word) for word in context_words)
    ):
        return "password_leaked"
    return None


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords too common to take, in the form they are compared in."""
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).casefold().split())


def _is_made_of(folded: str, word: str) -> bool:
    """Tell whether a password is somebody's word, with marks or without, and beside it at most a number and signs."""
    for own, typed in ((_folded(word), folded), (_plain(_folded(word)), _plain(folded))):
        rest = typed.replace(own, "") if len(own) >= _SHORTEST_WORD and own.islower() else typed
        if typed == own or (len(rest) <= _MOST_BESIDE and rest != typed and not _PADDING.sub("", rest)):
            return True
    return False


def _plain(folded: str) -> str:
    letters = unicodedata.normalize("NFD", folded.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
