"""JSON as we write it, to be signed, hashed or sent: no spaces, text as it is – RFC 8259. Pure.

To the byte what `json.JSONEncoder` writes. The library makes its encoder in C anew for every text, which takes longer
than writing the claims of a token; here it is made once.
"""

import json
from collections.abc import Callable, Mapping
from json import encoder as library
from typing import Any

Encode = Callable[[Mapping[str, object]], str]


def compact_encoder(*, sort_keys: bool = False) -> Encode:
    """Return what writes an object, its names sorted where a digest is taken of the text.

    It raises ValueError for a number that JSON does not have, TypeError for a value that it has no form for.
    """
    general = json.JSONEncoder(
        separators=(",", ":"), ensure_ascii=False, allow_nan=False, sort_keys=sort_keys
    )
    make: Any = getattr(library, "c_make_encoder", None)
    if make is None:  # an interpreter without the library's part in C
        return general.encode
    chunks = make(
        markers=None,  # nothing of ours holds itself
        default=general.default,
        encoder=library.encode_basestring,
        indent=None,
        key_separator=":",
        item_separator=",",
        sort_keys=sort_keys,
        skipkeys=False,
        allow_nan=False,
    )
    join = "".join

    def encode(members: Mapping[str, object]) -> str:
        return join(chunks(members, 0))

    return encode
