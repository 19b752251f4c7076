"""What may be done to a form on its way: less in it, more in it, another's in it, sent elsewhere or from elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

_TOKEN = "csrf"
EXTRA = {
    "tryAnotherWay": "on",
    "decision": "allow",
    "otp": "000000",
    "go": "yes",
    "where": "all",
    "again": "yes",
    "session": "others",
    "scope": "phone",
    "new-password": "mật khẩu của người khác 1",
    "service": "rp-low",
    "person_id": "1",
    "acr": "urn:haiphong:acr:high",
    "channel": "email",
    "replaces": "x",
    "step": "done",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A form on its way."""

    browser: int
    action: str
    fields: Mapping[str, str]
    more: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


Forms = Sequence[Mapping[str, Any]]
Twist = Callable[[Sending, Forms, int], Sending]


def as_it_is(sending: Sending, _others: Forms, _n: int) -> Sending:
    return sending


def empty(sending: Sending, _others: Forms, _n: int) -> Sending:
    return replace(sending, fields={}, more=())


def bare(sending: Sending, _others: Forms, _n: int) -> Sending:
    """Nothing but the token."""
    return replace(
        sending, fields={name: one for name, one in sending.fields.items() if name == _TOKEN}, more=()
    )


def one_less(sending: Sending, _others: Forms, n: int) -> Sending:
    names = sorted(sending.fields)
    gone = names[n % len(names)] if names else ""
    return replace(sending, fields={name: one for name, one in sending.fields.items() if name != gone})


def one_empty(sending: Sending, _others: Forms, n: int) -> Sending:
    names = sorted(sending.fields)
    return replace(sending, fields={**sending.fields, **({names[n % len(names)]: ""} if names else {})})


def one_twice(sending: Sending, _others: Forms, n: int) -> Sending:
    names = sorted(sending.fields)
    return replace(sending, more=[*sending.more, (names[n % len(names)], "x")] if names else ())


def one_more(sending: Sending, _others: Forms, n: int) -> Sending:
    names = sorted(EXTRA)
    name = names[n % len(names)]
    return replace(sending, fields={**sending.fields, name: EXTRA[name]})


def all_more(sending: Sending, _others: Forms, _n: int) -> Sending:
    return replace(sending, fields={**EXTRA, **sending.fields})


def one_of_another(sending: Sending, others: Forms, n: int) -> Sending:
    """A field of the same name from another page: another person's, or an older one."""
    found = [
        (name, value)
        for form in others
        for name, value in form["fields"].items()
        if sending.fields.get(name, value) != value
    ]
    return replace(sending, fields={**sending.fields, **dict([found[n % len(found)]] if found else [])})


def with_another_s(sending: Sending, others: Forms, n: int) -> Sending:
    """All fields of another form besides."""
    return replace(sending, fields={**_any(others, n), **sending.fields})


def as_another(sending: Sending, others: Forms, n: int) -> Sending:
    """The fields of another form, sent here with this one's token."""
    token = {name: one for name, one in sending.fields.items() if name == _TOKEN}
    return replace(sending, fields={**_any(others, n), **token})


def to_another(sending: Sending, others: Forms, n: int) -> Sending:
    """Sent to where another form goes."""
    form = others[n % len(others)]
    return replace(sending, action=urljoin(sending.action, form["action"]))


def another_s_address(sending: Sending, others: Forms, n: int) -> Sending:
    """The parameters of another address."""
    parts, form = urlsplit(sending.action), others[n % len(others)]
    query = dict(parse_qsl(parts.query)) | dict(parse_qsl(urlsplit(form["action"]).query))
    return replace(sending, action=parts._replace(query=urlencode(query)).geturl())


def no_address(sending: Sending, _others: Forms, _n: int) -> Sending:
    return replace(sending, action=urlsplit(sending.action)._replace(query="").geturl())


def elsewhere(sending: Sending, _others: Forms, n: int) -> Sending:
    """From another browser."""
    return replace(sending, browser=sending.browser + 1 + n % 2)


def from_another_site(sending: Sending, _others: Forms, n: int) -> Sending:
    site = ("cross-site", "same-site", "none")[n % 3]
    return replace(sending, headers={"sec-fetch-site": site})


def no_token(sending: Sending, _others: Forms, _n: int) -> Sending:
    """All but the token."""
    fields = {name: one for name, one in sending.fields.items() if name != _TOKEN}
    return replace(sending, fields=fields)


def another_s_token(sending: Sending, others: Forms, _n: int) -> Sending:
    """A token that another browser got, or one that nobody did."""
    mine = sending.fields.get(_TOKEN, "")
    found = (form["fields"].get(_TOKEN, mine) for form in others)
    other = next((one for one in found if one != mine), mine[::-1])
    return replace(sending, fields={**sending.fields, _TOKEN: other})


def _any(others: Forms, n: int) -> Mapping[str, str]:
    fields: Mapping[str, str] = others[n % len(others)]["fields"]
    return fields


_BENT: tuple[Twist, ...] = (
    *(empty, bare, one_less, one_empty, one_twice, one_more, all_more, one_of_another, with_another_s),
    *(as_another, to_another, another_s_address, no_address, elsewhere, from_another_site),
    *(no_token, another_s_token),
)
TWISTS: tuple[Twist, ...] = (*((as_it_is,) * len(_BENT)), *_BENT)
"""Half of all forms go as they are."""
FORGED: tuple[int, ...] = tuple(TWISTS.index(one) for one in (from_another_site, no_token, another_s_token))
"""All is there and right, and it is none of ours."""
