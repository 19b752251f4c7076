"""The head of a request: one look at its headers makes the Call and says whether an endpoint may see it (SECURITY H03).

Every request passes here, so each header is touched once and most of the work is done in C.
"""

from collections.abc import Sequence
from itertools import chain

from idp.clock import Clock
from idp.edge.asgi import Scope
from idp.edge.call import BadCall, Call
from idp.edge.peer import peer_address
from idp.provider import Provider

LARGEST_BODY = 64 * 1024
_LARGEST_HEADERS = 16 * 1024
_LONGEST_QUERY = 16 * 1024
_TXN_ALPHABET = b"23456789BCDFGHJKMNPQRSTVWXYZ"
_TXN_LETTERS = bytes(_TXN_ALPHABET[byte % len(_TXN_ALPHABET)] for byte in range(256))
_JOINED = {"x-forwarded-for": ", ", "cookie": "; "}
"""Headers that may come as several lines: each proxy may have written one of its own."""
_SAYS_MORE = frozenset(
    (b"if-none-match", b"origin", b"content-length", b"content-encoding", b"transfer-encoding")
)
_ONCE = (b"authorization", b"content-type", b"origin")
"""Headers that have one value: of two, one reader believes the first and another the last (RFC 9110 §5.3)."""
_Raw = Sequence[tuple[bytes, bytes]]


def call_of(scope: Scope, provider: Provider) -> Call:
    """Return the request as endpoints see it, its body still to come. Names of headers are lower case (ASGI)."""
    raw: _Raw = scope["headers"]
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    if len(headers) != len(raw):
        headers = _joined(raw)
    client = scope.get("client")
    return Call(
        provider=provider,
        method=scope["method"],
        path=scope["path"],
        query_string=scope.get("query_string", b""),
        headers=headers,
        peer=peer_address(client[0] if client else "", headers, provider.settings.trusted_proxies),
        txn=new_txn(provider.clock),
    )


def new_txn(clock: Clock) -> str:
    """Return a name for a request, for its line in the log and whoever asks about it."""
    letters = clock.random_bytes(12).translate(_TXN_LETTERS).decode("ascii")
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def is_plain(scope: Scope) -> bool:
    """Tell whether a request asks for a document and no more: no condition, no other origin, no query, no body.

    Of what `check_head` refuses a plain request has nothing but, perhaps, headers that are too large.
    """
    if scope["method"] != "GET" or scope.get("query_string"):
        return False
    size = hosts = 0
    for name, value in scope["headers"]:
        if name in _SAYS_MORE:
            return False
        hosts += name == b"host" and value != b""
        size += len(name) + len(value)
    return size <= _LARGEST_HEADERS and (hosts == 1 or scope["http_version"] != "1.1")


def check_head(call: Call, scope: Scope) -> None:
    """Refuse what is too large or malformed before a byte of the body is read."""
    raw: _Raw = scope["headers"]
    names = [name for name, _ in raw]
    if scope["http_version"] == "1.1" and not (call.headers.get("host") and names.count(b"host") == 1):
        raise BadCall(400, "a request names its host once")  # RFC 9112 §3.2, RFC 9110 §4.2.1
    if len(names) != len(call.headers) and any(names.count(name) > 1 for name in _ONCE):
        raise BadCall(400, "a header that has one value was sent more than once")
    if sum(map(len, chain.from_iterable(raw))) > _LARGEST_HEADERS:
        raise BadCall(431, "headers are too large")
    if len(call.query_string) > _LONGEST_QUERY:
        raise BadCall(414, "the query is too long")
    if (
        not call.path.isprintable()
    ):  # a pattern that ends in `$` takes a line break for the end: no address twice
        raise BadCall(400, "malformed path")
    length = call.headers.get("content-length")
    if length is not None and (not length.isdecimal() or len(length) > 12 or int(length) > LARGEST_BODY):
        raise BadCall(413, "the body is too large")
    if call.headers.get("content-encoding", "identity") != "identity":
        raise BadCall(415, "content encodings are not accepted")


def body_length(call: Call, scope: Scope) -> int | None:
    """Return how many bytes the body has; None: its end has to be waited for (RFC 9112 §6.3; HTTP/2 has frames)."""
    length = call.headers.get("content-length")
    if length is None or scope["http_version"][0] != "1" or "transfer-encoding" in call.headers:
        return None
    return int(length)


def _joined(raw: _Raw) -> dict[str, str]:
    """Return headers of which some came twice: the first counts, unless the lines are parts of one."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name in headers and name in _JOINED:
            headers[name] += _JOINED[name] + value
        else:
            headers.setdefault(name, value)
    return headers
