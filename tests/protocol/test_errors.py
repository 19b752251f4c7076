"""The error vocabulary – RFC 6749 §4.1.2.1, §5.2, Core §3.1.2.6, RFC 6750 §3.1."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol import errors
from idp.protocol.errors import (
    InvalidGrant,
    InvalidRequest,
    ProtocolError,
    Refusal,
    ToBearer,
    ToJson,
    ToPage,
    ToRedirect,
    refusing,
)
from tests import make

ROOT = Path(__file__).parents[2]
CLASSES = ProtocolError.__subclasses__()
STATUSES = {
    "invalid_client": 401,
    "invalid_token": 401,
    "insufficient_scope": 403,
    "temporarily_unavailable": 503,
    "server_error": 500,
}
SET = frozenset(chr(code) for code in range(0x20, 0x7F)) - {'"', "\\"}


@pytest.mark.parametrize("text", ["code is required", "a-zA-Z0-9 '!#[]^~", "person's"])
def test_a_description_is_printable_ascii(text: str) -> None:  # RFC 6749 §5.2
    error = InvalidRequest(text, detail="ễ \n anything")
    assert (error.error_description, str(error)) == (text, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "é",
        "Hải Phòng",
        'a "quoted" one',
        "back\\slash",
        "a\nb",
        "a\r\nset-cookie: x",
        "\x00",
        "a\x7f",
        "a\n",
    ],
)
def test_any_other_description_is_our_own_mistake(text: str) -> None:  # RFC 6749 §5.2
    with pytest.raises(ValueError, match="printable ASCII"):
        InvalidRequest(text)


@given(st.text(max_size=20))
def test_exactly_the_set_of_the_rfc_is_taken(text: str) -> None:  # RFC 6749 §5.2
    if text and set(text) <= SET:
        assert InvalidRequest(text).error_description == text
    else:
        with pytest.raises(ValueError, match="printable ASCII"):
            InvalidRequest(text)


def test_each_code_has_one_class_named_after_it() -> None:  # STYLE §2.8
    codes = [error.error for error in CLASSES]
    assert len(set(codes)) == len(codes)
    for error in CLASSES:
        assert error.__name__.lower() == error.error.replace("_", "")
        assert "§" in (error.__doc__ or "") or "1.0" in (error.__doc__ or "")


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.error)
def test_each_code_has_its_status(error: type[ProtocolError]) -> None:  # RFC 6749 §5.2, RFC 6750 §3.1
    assert error.status == STATUSES.get(error.error, 400)


def test_every_description_in_the_code_is_one_that_may_be_sent() -> None:  # RFC 6749 §5.2
    names = {error.__name__ for error in CLASSES}
    found = 0
    for path in sorted((ROOT / "idp").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names):
                continue
            for part in ast.walk(node.args[0]) if node.args else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                    found += 1
                    assert set(part.value) <= SET, f"{path.name}:{node.lineno}"
    assert found > 50


def test_an_error_inside_goes_where_the_block_says() -> None:  # STYLE §2.9
    for to in (
        ToPage(),
        ToJson(),
        ToBearer(),
        ToRedirect(redirect_uri=make.REDIRECT_URI, state="s", response_mode="query"),
    ):
        with pytest.raises(Refusal) as refused, refusing(to):
            raise InvalidGrant("code is spent", detail="for our log")
        assert refused.value.to == to
        assert refused.value.error.error == "invalid_grant"
        assert "for our log" not in str(refused.value)


def test_an_inner_destination_wins() -> None:
    with pytest.raises(Refusal) as refused, refusing(ToPage()), refusing(ToJson()):
        raise InvalidGrant("code is spent")
    assert refused.value.to == ToJson()


def test_what_is_no_error_of_the_protocol_passes_through() -> None:
    with pytest.raises(KeyError), refusing(ToPage()):
        raise KeyError("a fault of ours")


def test_the_vocabulary_is_closed() -> None:
    assert {error.__name__ for error in CLASSES} == {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, ProtocolError) and value is not ProtocolError
    }
