"""A code of digits as somebody typed it: spaces are forgiven, and nothing else (PAGES 3.1.4). Pure."""


def read_digits(typed: str, digits: int) -> str | None:
    """Return the code; None if it is not so many digits."""
    code = typed.replace(" ", "")
    return code if len(code) == digits and code.isascii() and code.isdecimal() else None
