"""Reading what strangers send – RFC 6265 §4.2, URL Standard §5.1; SECURITY H03."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.edge.call import BadCall, parse_cookies, parse_pairs
from tests.edge.calls import a_call

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("encoded", "pairs"),
    [
        (b"", []),
        (b"a=1", [("a", "1")]),
        (b"a=1&a=2&A=3", [("a", "1"), ("a", "2"), ("A", "3")]),
        (b"a=", [("a", "")]),
        (b"a", [("a", "")]),
        (b"=b", [("", "b")]),
        (b"&&a=1&", [("a", "1")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a=1;b=2", [("a", "1;b=2")]),
        (b"a=x+y%20z%2B", [("a", "x y z+")]),
        (b"a=%E1%BB%85", [("a", "ễ")]),
        (b"a=%zz%", [("a", "%zz%")]),
        (b"a=%EF%BB%BFx", [("a", "\ufeffx")]),
        (b"a=%0D%0A", [("a", "\r\n")]),
    ],
)
def test_pairs_keep_their_order_and_their_twins(encoded: bytes, pairs: list[tuple[str, str]]) -> None:
    assert parse_pairs(encoded) == pairs


@pytest.mark.parametrize(
    "encoded",
    [
        b"a=%00",
        b"%00=a",
        b"a=b&c=d%00e",
        b"a=%FF",
        b"%FF=a",
        b"a=%C0%80",
        b"a=%ED%A0%80",
        b"a=%E1%BB",
        b"a=%F5%80%80%80",
        "a=ễ".encode(),
        b"\xef\xbb\xbfa=1",
        "a=1".encode("utf-16"),
        b"\x1f\x8b\x08\x00",
        b"&".join(b"a%d=1" % number for number in range(65)),
        b"&" * 64,
    ],
    ids=lambda encoded: ascii(encoded)[:30],
)
def test_what_is_not_clean_utf8_or_too_much_is_refused(encoded: bytes) -> None:
    with pytest.raises(BadCall) as refused:
        parse_pairs(encoded)
    assert (refused.value.status, refused.value.reason) == (400, "malformed parameters")


def test_sixty_four_fields_are_taken() -> None:
    assert len(parse_pairs(b"&".join(b"a%d=1" % number for number in range(64)))) == 64


@given(st.binary(max_size=200))
def test_whatever_is_sent_it_is_read_or_refused(encoded: bytes) -> None:
    try:
        pairs = parse_pairs(encoded)
    except BadCall:
        return
    for name, value in pairs:
        (name + value).encode()
        assert "\x00" not in name + value


@pytest.mark.parametrize(
    "content_type", [FORM, FORM.upper(), f"{FORM};charset=UTF-8", f" {FORM} ; charset=utf-8"]
)
def test_a_form_says_that_it_is_one(content_type: str) -> None:
    assert a_call(body=b"a=1", content_type=content_type).form() == [("a", "1")]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
        f"{FORM}x",
        f"x;{FORM}",
        f"text/plain, {FORM}",
    ],
)
def test_no_other_body_is_read(content_type: str) -> None:  # SECURITY H03: only x-www-form-urlencoded
    for call in (a_call(body=b"a=1", content_type=content_type), a_call(body=b"a=1")):
        with pytest.raises(BadCall) as refused:
            call.form()
        assert refused.value.status == 415


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("", {}),
        ("a=1", {"a": "1"}),
        ("a=1; b=2", {"a": "1", "b": "2"}),
        ("a=1;b=2", {"a": "1", "b": "2"}),
        (";; a=1 ;", {"a": "1"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=", {"a": ""}),
        ("a", {}),
        ("=b", {}),
        ("=__Host-hpid-session=evil", {}),
        ("a=1; a=2", {"a": "1"}),
        ("A=1; a=2", {"A": "1", "a": "2"}),
        ('a="quoted"', {"a": '"quoted"'}),
        ('a="\\000\\073b"', {"a": '"\\000\\073b"'}),
        ("a=b c", {"a": "b c"}),
        ("broken\x01=x; a=1", {"broken\x01": "x", "a": "1"}),
        ("expires=x; path=/; $Version=1; a=1", {"expires": "x", "path": "/", "$Version": "1", "a": "1"}),
        ("[]=x; a=1", {"[]": "x", "a": "1"}),
    ],
)
def test_cookies_are_read_one_by_one_and_as_they_are(header: str, cookies: dict[str, str]) -> None:
    assert parse_cookies(header) == cookies  # RFC 6265 §4.2
    assert a_call(cookie=header).cookies() == cookies


@pytest.mark.parametrize("space", ["\xa0", "\x85", "\x0b", "\x0c", "\x1c", "\u2000", "\ufeff"])
@pytest.mark.parametrize("place", ["{}__Host-hpid-session", "__Host-hpid-session{}"])
def test_no_strange_space_makes_another_cookie_of_a_host_cookie(space: str, place: str) -> None:
    """A browser lets any subdomain set a cookie whose name only begins with such a character."""
    cookies = parse_cookies(f"{place.format(space)}=evil; __Host-hpid-session=good")  # RFC 6265bis §4.1.3
    assert cookies["__Host-hpid-session"] == "good"


@pytest.mark.parametrize(
    "header",
    ['a="' + "\\" * 16000 + '"', 'a="' + '\\"' * 8000 + '"', ";" * 16000, "a=1;" * 4000, "=" * 16000],
    ids=["backslashes", "escaped quotes", "semicolons", "pairs", "equals"],
)
def test_the_largest_header_is_read_in_no_time(header: str) -> None:  # SECURITY H03: under 100 ms
    begun = perf_counter()
    parse_cookies(header)
    assert perf_counter() - begun < 0.1


@given(st.text(st.characters(max_codepoint=255), max_size=100))
def test_no_cookie_header_is_a_fault(header: str) -> None:
    assert all(name and ";" not in name + value for name, value in parse_cookies(header).items())


def test_a_call_prints_none_of_its_contents() -> None:
    call = a_call(query=b"state=secret-1", body=b"code=secret-2", authorization="Basic secret-3")
    assert not any(secret in repr(call) for secret in ("secret-1", "secret-2", "secret-3"))
