"""What a password may be – NIST SP 800-63B-4 §3.1.1.2: length, no composition rules, no known or own words. Pure."""

import unicodedata

SHORTEST = 15
LONGEST = 1024
_COMMON = frozenset(
    {
        "123456789012345", "1234567890123456", "qwertyuiopasdfg", "passwordpassword", "password12345678",
        "111111111111111", "haiphonghaiphong", "haiphong12345678", "matkhaumatkhau12", "abcdefghijklmno",
        "iloveyouiloveyou", "vietnamvietnam12", "000000000000000",
    }
)  # fmt: skip


def password_problem(password: str, *, context_words: tuple[str, ...] = ()) -> str | None:
    """Return the key of what is wrong, or None. Lengths count code points after NFC."""
    text = unicodedata.normalize("NFC", password)
    if len(text) < SHORTEST:
        return "password_short"
    if len(text) > LONGEST:
        return "password_long"
    folded = text.casefold().replace(" ", "")
    if (
        folded in _COMMON
        or len(set(folded)) < 5
        or any(folded == word.casefold() for word in context_words if word)
    ):
        return "password_leaked"
    return None
