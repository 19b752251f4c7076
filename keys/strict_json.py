"""JSON objects and arrays from strangers – RFC 8259, RFC 7493 (I-JSON). Pure.

Stricter than `json`: one meaning per text (no repeated names, RFC 7515 §4), finite numbers only, no lone
surrogates or NUL in strings (they would break later, in a database or an encoder), and a bound on nesting.
Raises ValueError only.
"""

import json
import math
import re
from typing import Never

_MAX_BRACKETS = 512
_ESCAPED_NUL = re.compile(rb"\\u0000")
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD]")


def parse_json_object(raw: bytes) -> dict[str, object]:
    """Return the object, or raise ValueError; the caller bounds the size."""
    value = _parse(raw)
    if not isinstance(value, dict):
        raise ValueError("JSON is not an object")  # noqa: TRY004 - callers catch one kind
    return value


def parse_json_array(raw: bytes) -> list[object]:
    """Return the array, or raise ValueError; the caller bounds the size."""
    value = _parse(raw)
    if not isinstance(value, list):
        raise ValueError("JSON is not an array")  # noqa: TRY004 - callers catch one kind
    return value


def _parse(raw: bytes) -> object:
    if raw.count(b"{") + raw.count(b"[") > _MAX_BRACKETS:
        raise ValueError("JSON is nested too deeply or has too many parts")
    if _ESCAPED_NUL.search(raw):
        raise ValueError("JSON contains NUL")
    try:
        value: object = _DECODER.decode(raw.decode("utf-8"))
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    if _ESCAPED_SURROGATE.search(raw):
        json.dumps(value, ensure_ascii=False).encode()  # raises UnicodeEncodeError for half a pair
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("JSON repeats a name")
    return members


def _refuse_constant(_name: str) -> Never:
    raise ValueError("JSON has no NaN or Infinity")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a JSON number is out of range")
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite)
"""Made once: to make one takes as long as to read a token's claims."""
