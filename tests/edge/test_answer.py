"""Answers and cookies – RFC 6749 §5.1, RFC 9700 §4.12, RFC 6265bis §4.1.3; SECURITY A09, H06."""

import json

import pytest

from idp.edge.answer import Answer, Cookie


def _attributes(cookie: Cookie) -> list[str]:
    name, value = cookie.header()
    assert name == "set-cookie"
    return value.split("; ")


def test_a_host_cookie_is_secure_and_for_the_whole_host_alone() -> None:  # RFC 6265bis §4.1.3.2
    assert _attributes(Cookie(name="__Host-hpid-session", value="x", max_age=60)) == [
        "__Host-hpid-session=x",
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Max-Age=60",
    ]


def test_on_plain_http_it_is_not_secure_but_never_readable_by_scripts() -> None:
    attributes = _attributes(Cookie(name="hpid-session", value="x"))
    assert attributes == ["hpid-session=x", "Path=/", "HttpOnly", "SameSite=Lax"]


def test_a_cookie_for_our_own_scripts_is_the_one_they_may_read() -> None:  # PROTOCOL rule 30
    cookie = Cookie(name="__Host-hpid-x", value="x", same_site="None", is_for_scripts=True)
    assert _attributes(cookie) == ["__Host-hpid-x=x", "Path=/", "SameSite=None", "Secure"]


def test_a_cookie_is_erased_by_an_age_of_nothing() -> None:
    assert "Max-Age=0" in _attributes(Cookie(name="hpid-session", value="", max_age=0))


def test_no_cookie_names_a_domain() -> None:
    assert "domain" not in str(Cookie(name="__Host-a", value="x", same_site="Strict").header()).lower()


def test_a_cookie_s_value_is_not_printed() -> None:
    assert "hp_session_" not in repr(Cookie(name="a", value="hp_session_00abc"))


def test_json_is_not_stored() -> None:  # RFC 6749 §5.1; PROTOCOL rule 16
    answer = Answer.json({"name": "Hải Phòng"})
    assert answer.status == 200
    assert dict(answer.headers) == {
        "content-type": "application/json",
        "cache-control": "no-store",
        "pragma": "no-cache",
    }
    assert json.loads(answer.body) == {"name": "Hải Phòng"}


def test_json_for_all_may_be_stored_where_that_is_said() -> None:
    answer = Answer.json({}, headers=(("cache-control", "public, max-age=300"),))
    assert dict(answer.headers)["cache-control"] == "public, max-age=300"


def test_a_redirect_never_posts_again_and_tells_nobody_where_it_came_from() -> None:  # RFC 9700 §4.12, §4.2
    answer = Answer.redirect("/consent?i=1", Cookie(name="a", value="1"), Cookie(name="b", value="2"))
    assert answer.status == 303
    assert answer.headers == (
        ("location", "/consent?i=1"),
        ("cache-control", "no-store"),
        ("pragma", "no-cache"),
        ("referrer-policy", "no-referrer"),
        ("set-cookie", "a=1; Path=/; HttpOnly; SameSite=Lax"),
        ("set-cookie", "b=2; Path=/; HttpOnly; SameSite=Lax"),
    )


@pytest.mark.parametrize("status", [200, 400])
def test_more_headers_and_cookies_are_added_to_a_copy(status: int) -> None:
    first = Answer(status=status)
    second = first.with_headers(("retry-after", "2")).with_cookies(Cookie(name="a", value="1"))
    assert first.headers == ()
    assert [name for name, _ in second.headers] == ["retry-after", "set-cookie"]
    assert second.status == status
