"""What a password may be – NIST SP 800-63B-4 §3.1.1.2: length, no composition rules, no common, expected or own one.

Compared is always the whole password, in NFC, folded and with its spaces left out, and never a word inside it. The list
beside this file is written by scripts/common_passwords.py; it is read once, when the first password is chosen. Own
words are those of the person and the service, forwards and backwards, with digits and signs for letters: refused is such
a word, once or more, with a number and signs beside it. What is refused is told by its reason.
"""

import re
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

SHORTEST = 15
"""Of a password that signs in alone."""
SHORTEST_WITH_SECOND = 8
"""Of one that never does: a second factor is bound, and can't be removed before a longer one is set."""
LONGEST = 1024
"""Characters looked at, at all: more is refused before anything is done with them."""
_LEAST_CHARACTERS = 5
"""Fewer different ones are a pattern, however long."""
_MOST_IN_STEP = 0.7
"""Of all steps from one character to the next: more of the same, the next or the one before are a pattern."""
_SHORTEST_WORD = 3
_SHORTEST_NUMBER = 6
_MOST_BESIDE = 12
"""As long as the numbers people know by heart: a birth date, a phone, an ID number."""
_PADDING = re.compile(r"[\x21-\x60\x7b-\x7e]+")
"""ASCII but small letters, and there are no others in a folded text."""
_FOR_LETTERS = str.maketrans("@4310$57!", "aaeiossti")


def password_problem(
    password: str, *, context_words: tuple[str, ...] = (), shortest: int = SHORTEST
) -> str | None:
    """Return the key of what is wrong, or None. Lengths count code points after NFC."""
    if len(password) > LONGEST:
        return "password_long"
    text = unicodedata.normalize("NFC", password)
    if len(text) < shortest:
        return "password_short"
    if len(text) > LONGEST:
        return "password_long"
    folded = _folded(text)
    if folded in common_passwords():
        return "password_leaked"
    if any(_is_made_of(folded, word) for word in context_words):
        return "password_own"
    return "password_pattern" if _is_a_pattern(folded) else None


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords too common to take, in the form they are compared in."""
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).casefold().split())


def _is_a_pattern(folded: str) -> bool:
    """Tell whether it is few characters, or a walk up and down the alphabet, the numbers or one key."""
    if len(set(folded)) < _LEAST_CHARACTERS:
        return True
    in_step = sum(abs(ord(second) - ord(first)) <= 1 for first, second in pairwise(folded))
    return in_step > _MOST_IN_STEP * (len(folded) - 1)


def _is_made_of(folded: str, word: str) -> bool:
    """Tell whether a password is somebody's word, with marks or without, and beside it at most a number and signs."""
    own = _folded(word)
    forms = {own, _plain(own)}
    for form in forms | {form[::-1] for form in forms}:
        if any(_is_mostly(typed, form) for typed in (folded, _plain(folded))):
            return True
    return False


def _is_mostly(typed: str, own: str) -> bool:
    if typed == own:
        return True
    if own.isdecimal():  # a birth date, a phone: refused doubled, not as part of a longer number
        return len(own) >= _SHORTEST_NUMBER and not typed.replace(own, "")
    if len(own) < _SHORTEST_WORD or not own.islower():
        return False
    rest = _without(typed, own)
    return rest != typed and len(rest) <= _MOST_BESIDE and not _PADDING.sub("", rest)


def _without(typed: str, own: str) -> str:
    """Return what is left without a word, wherever digits or signs stand for its letters."""
    read, start, rest = typed.translate(_FOR_LETTERS), 0, []
    plain = own.translate(_FOR_LETTERS)
    while (found := read.find(plain, start)) >= 0:
        rest.append(typed[start:found])
        start = found + len(plain)
    return "".join((*rest, typed[start:]))


def _plain(folded: str) -> str:
    letters = unicodedata.normalize("NFD", folded.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
