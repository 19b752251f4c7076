"""The list of passwords too common to take: words and habits written down here, spelled out into a data file.

`python scripts/common_passwords.py` writes idp/credentials/common_passwords.txt, which a test compares with this. Nothing
is taken from anybody's list: these are the words people here use and what they do to make a password long – double it,
count on, add a year, walk along the keyboard. Only what reaches the shortest length allowed beside a second factor is
kept, in the form in which passwords are compared (idp/credentials/password.py).
"""

import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, islice, product
from pathlib import Path

WORDS = Path(__file__).resolve().with_name("common_words.txt")
FILE = Path(__file__).resolve().parent.parent / "idp" / "credentials" / "common_passwords.txt"
SHORTEST, LONGEST = 8, 40
SHORTEST_IN_ONE = 6
"""Of what may be typed with spaces, which the comparison leaves out."""

RECENT = [str(year) for year in range(2020, 2031)]
BORN = [str(year) for year in range(1970, 2013)]
LEET = (
    str.maketrans("ao", "@0"),
    str.maketrans("aeios", "43105"),
    str.maketrans("aois", "@01$"),
    str.maketrans("oe", "03"),
)


def sections() -> dict[str, list[str]]:
    """Read the words."""
    found: dict[str, list[str]] = {}
    for section in WORDS.read_text("utf-8").split("\n\n")[1:]:
        head, *lines = section.strip("\n").split("\n")
        text = " ".join(lines)
        found[head[1 : head.index("]")]] = text.split(", ") if ", " in text else text.split()
    return found


def plain(text: str) -> str:
    """Return the text without the marks of Vietnamese, as it is typed where they are not."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def typed(text: str) -> tuple[str, str]:
    """Return a word or phrase as it is typed: with its marks and without, in one."""
    return text.replace(" ", ""), plain(text).replace(" ", "")


def doubled(word: str) -> Iterator[str]:
    """Yield a word over and over."""
    for times in range(2, LONGEST // len(word) + 1):
        yield word * times
        yield "-".join([word] * times)


def lengthened(word: str, *, tails: Iterable[str]) -> Iterator[str]:
    """Yield a word with something put behind it, or before it."""
    for tail in tails:
        yield word + tail
    for head in ("123", "1234", "123456", "123456789"):
        yield head + word


def stretches(walks: Sequence[str], circles: Sequence[str]) -> Iterator[str]:
    """Yield every stretch of a walk along the keyboard, there and back, and every circle gone round."""
    for walk in (*walks, *(walk[::-1] for walk in walks)):
        for start in range(len(walk)):
            for end in range(start + SHORTEST, min(start + 24, len(walk)) + 1):
                yield walk[start:end]
    for circle in (*circles, *(circle[::-1] for circle in circles)):
        for start in range(len(circle)):
            for length in range(SHORTEST, 21):
                yield "".join(islice(cycle(circle), start, start + length))


def everything() -> Iterator[str]:
    """Yield all of it, whatever its length."""
    said = sections()
    top, names, tails = said["top"], said["names"], (*said["tails"], *RECENT)
    own = {form for word in (*said["vietnamese"], *names, *said["places"]) for form in typed(word)}
    for word in (*own, *said["english"], *said["services"], *(w.translate(t) for w, t in product(top, LEET))):
        yield word
        yield from doubled(word)
        yield from lengthened(word, tails=tails)
    for phrase in (*said["phrases"], *names, *said["places"]):
        yield from (between.join(form.split()) for form in (phrase, plain(phrase)) for between in "-._")
        yield from (form + tail for form in typed(phrase) for tail in ("", "1", "123", "123456", "!", "2026"))
    for first, second in product(top, top):
        yield from (first + second, f"{first}{second}123")
    yield from (word * 2 + tail for word, tail in product(top, tails))
    for word, year in product(top, (*BORN, *RECENT)):
        yield from (word + year, f"{word}@{year}", f"{word}{year}!")
    yield from (typed(name)[1] + year for name, year in product(names, BORN))
    yield from stretches(said["walks"], said["circles"])


def spaced() -> Iterator[str]:
    """Yield what is long enough only with spaces between: a phrase, a name, a word said twice or three times."""
    said = sections()
    for phrase in (*said["phrases"], *said["vietnamese"], *said["names"], *said["places"]):
        yield from typed(phrase)
    for word in (*said["top"], *said["english"]):
        yield from (word * 2, word * 3)


def common_passwords() -> list[str]:
    """Return the list as it stands in the file: folded, sorted, each once, none too short to be asked about."""
    entries = {entry for entry in everything() if len(entry) >= SHORTEST}
    entries |= {entry for entry in spaced() if len(entry) >= SHORTEST_IN_ONE}
    folded = {unicodedata.normalize("NFC", entry).casefold() for entry in entries}
    return sorted(entry for entry in folded if len(entry) <= LONGEST)


if __name__ == "__main__":
    entries = common_passwords()
    FILE.write_text("\n".join(entries) + "\n", encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {len(entries)} passwords\n")
