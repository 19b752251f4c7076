"""The fold names are matched on: NFC in, accents, case, spacing and tone position away. Pure.

Hoà and Hòa, Thuý and Thúy, NFD input and đ/d all meet (DOMAIN 1.6); the stored name stays as its owner writes it.
"""

import unicodedata


def to_nfc(text: str) -> str:
    """Return the text in NFC with runs of white space made one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(name: str) -> str:
    """Return the form two spellings of one name share."""
    plain = name.casefold().replace("đ", "d")
    letters = (c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return " ".join("".join(letters).split())
