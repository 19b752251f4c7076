"""Client authentication – RFC 6749 §2.3, OpenID Connect Core §9; SECURITY B08."""

from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest

from idp.ids import ClientId
from idp.protocol.client_authentication import (
    METHODS,
    PresentedCredentials,
    check_credentials,
    check_registered,
    parse_credentials,
)
from idp.protocol.errors import InvalidClient, InvalidRequest
from idp.protocol.facts import ClientFacts
from tests import make
from tests.assertions import carrying, claims, secret_assertion
from tests.keys.forge import keys

SECRET = "hp_secret_00abc"


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _basic(text: str | bytes) -> str:
    return "Basic " + b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def _authenticate(
    authorization: str | None,
    form: dict[str, str],
    client: ClientFacts | None = None,
    secrets: tuple[str, ...] = (SECRET,),
    ended: tuple[str, ...] = (),
) -> ClientFacts:
    presented = parse_credentials(authorization, form)
    known = client or make.client()
    is_known = presented.client_id == known.client_id
    return check_credentials(
        presented,
        known if is_known else None,
        secret_digests=[_digest(secret) for secret in secrets] if is_known else (),
        ended_digests=[_digest(secret) for secret in ended] if is_known else (),
        digest=_digest,
    )


def _refused(*given: Any, **more: Any) -> InvalidClient:
    with pytest.raises(InvalidClient) as refused:
        _authenticate(*given, **more)
    return refused.value


POST = make.client(token_endpoint_auth_method="client_secret_post")
PUBLIC = make.public_client()


def test_the_registered_method_opens() -> None:  # RFC 6749 §2.3.1
    assert _authenticate(_basic(f"portal:{SECRET}"), {}) == make.client()
    assert _authenticate(_basic(f"portal:{SECRET}"), {"client_id": "portal"}) == make.client()
    assert _authenticate(None, {"client_id": "portal", "client_secret": SECRET}, POST) == POST
    assert _authenticate(None, {"client_id": "portal"}, PUBLIC, ()) == PUBLIC


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "bAsIc"])
def test_the_scheme_is_read_in_any_letter_case(scheme: str) -> None:  # RFC 9110 §11.1
    assert _authenticate(_basic(f"portal:{SECRET}").replace("Basic", scheme), {}) == make.client()


@pytest.mark.parametrize("secret", ["p:q", "a b+c", "50%", "mật khẩu", "a&b=c"])
def test_id_and_secret_are_form_encoded_in_basic(secret: str) -> None:  # RFC 6749 §2.3.1, appendix B
    encoded = "".join(f"%{byte:02X}" for byte in secret.encode())
    assert _authenticate(_basic(f"portal:{encoded}"), {}, secrets=(secret,)) == make.client()


def test_a_plus_in_basic_is_a_space() -> None:  # RFC 6749 appendix B: application/x-www-form-urlencoded
    assert _authenticate(_basic("portal:one+two"), {}, secrets=("one two",)) == make.client()
    _refused(_basic("portal:one+two"), {}, None, ("one+two",))


def test_either_of_two_live_secrets_opens() -> None:  # rotation with overlap
    for secret in ("old", "new"):
        assert _authenticate(_basic(f"portal:{secret}"), {}, secrets=("old", "new")) == make.client()


GARBLED = [
    "",
    "Basic",
    "Basic ",
    "Basic !!!!",
    "Basic cG9ydGFs",  # no colon
    "Basic cG9ydGFsOnNlY3JldA=",
    "Basic cG9ydGFsOnNlY3JldA==extra",
    "Basic cG9y!dGFsOnNlY3JldA==",
    "Basic cG9ydGFs OnNlY3JldA==",
    "Basic cG9ydGFsOnNlY3JldA_-",
    "Basic ễ",
    "Basic\tcG9ydGFsOnNlY3JldA==",
    "Bearer abc",
    _basic("portal:secret").replace("Basic", "Bearer"),
    "DPoP abc",
    "Digest username=portal",
    _basic(b"portal:\xff\xfe"),
    _basic(b"\xff:secret"),
    _basic("portal:%ff"),
    _basic("portal:%ed%a0%80"),
    _basic("portal"),
    _basic("portal:"),
    _basic(":secret"),
    _basic(":"),
    _basic("portal\x00:secret"),
    _basic("portal%00:secret"),
    _basic("portal:sec%00ret"),
    _basic("portal:" + "x" * 377 + "yz"),
]


@pytest.mark.parametrize("authorization", GARBLED, ids=lambda text: ascii(text)[:40])
def test_a_garbled_header_is_an_invalid_client_and_no_fault(authorization: str) -> None:
    for form in ({}, {"client_id": "portal"}):
        with pytest.raises(InvalidClient) as refused:
            parse_credentials(authorization, form)
        assert refused.value.status == 401


@pytest.mark.parametrize("form", [{}, {"client_secret": SECRET}, {"CLIENT_ID": "portal"}])
def test_who_names_no_client_is_refused_at_once(form: dict[str, str]) -> None:
    with pytest.raises(InvalidClient):
        parse_credentials(None, form)


def test_a_header_has_512_characters_at_most() -> None:  # SECURITY H03
    secret = "x" * 377
    authorization = _basic(f"portal:{secret}")
    assert len(authorization) == len("Basic ") + 512
    assert parse_credentials(authorization, {}).client_secret == secret


IN_BODY = {"client_id": "portal", "client_secret": SECRET}
SAME_ANSWER: list[tuple[str, tuple[Any, ...]]] = [
    ("unknown client", (_basic("nobody:x"), {})),
    ("unknown public client", (None, {"client_id": "nobody"})),
    ("wrong secret", (_basic("portal:wrong"), {})),
    ("secret in another letter case", (_basic(f"portal:{SECRET.upper()}"), {})),
    ("id in another letter case", (_basic(f"PORTAL:{SECRET}"), {})),
    ("secret with a space", (_basic(f"portal:{SECRET} "), {})),
    ("no secret at all", (None, {"client_id": "portal"})),
    ("no client_id", (None, {})),
    ("secret without client_id", (None, {"client_secret": SECRET})),
    (
        "post and a wrong secret where basic is registered",
        (None, {"client_id": "portal", "client_secret": "x"}),
    ),
    ("basic and a wrong secret where post is registered", (_basic("portal:x"), {}, POST)),
    ("post and an ended secret where basic is registered", (None, IN_BODY, None, (), (SECRET,))),
    ("none where post is registered", (None, {"client_id": "portal"}, POST)),
    ("basic where none is registered", (_basic("portal:x"), {}, PUBLIC, ())),
    ("post where none is registered", (None, {"client_id": "portal", "client_secret": "x"}, PUBLIC, ())),
    ("two ids", (_basic(f"portal:{SECRET}"), {"client_id": "other"})),
    ("none and an assertion", (None, {"client_id": "portal", "client_assertion": "a.b.c"}, PUBLIC, ())),
    ("a client that has no secret", (_basic("portal:x"), {}, None, ())),
    ("a disabled client", (_basic(f"portal:{SECRET}"), {}, make.client(enabled=False))),
    ("post at a disabled client", (None, IN_BODY, make.client(enabled=False))),
    (
        "an ended secret at a disabled client",
        (_basic(f"portal:{SECRET}"), {}, make.client(enabled=False), (), (SECRET,)),
    ),
    ("a disabled public client", (None, {"client_id": "portal"}, make.public_client(enabled=False), ())),
    ("the digest instead of the secret", (_basic(f"portal:{_digest(SECRET).hex()}"), {})),
]


@pytest.mark.parametrize(
    ("given"), [given for _, given in SAME_ANSWER], ids=[name for name, _ in SAME_ANSWER]
)
def test_every_other_way_gets_the_same_answer(given: tuple[Any, ...]) -> None:  # RFC 6749 §5.2
    refused = _refused(*given)
    assert (refused.error, refused.error_description, refused.status) == (
        "invalid_client",
        "client authentication failed",
        401,
    )
    assert refused.detail, "our log says which it was"
    assert SECRET not in refused.detail


@pytest.mark.parametrize(
    ("given", "registered"),
    [
        ((None, IN_BODY), "client_secret_basic"),
        ((_basic(f"portal:{SECRET}"), {}, POST), "client_secret_post"),
        ((None, IN_BODY, make.client(token_endpoint_auth_method="client_secret_jwt")), "client_secret_jwt"),
    ],
)
def test_who_knows_the_secret_is_told_which_method_is_registered(
    given: tuple[Any, ...], registered: str
) -> None:  # the commonest mistake of a library's defaults
    refused = _refused(*given)
    assert (refused.error, refused.status) == ("invalid_client", 401)
    assert refused.error_description == f"this client is registered for {registered}"


def test_who_knows_a_secret_that_has_ended_is_told_so() -> None:
    refused = _refused(_basic(f"portal:{SECRET}"), {}, None, ("new",), (SECRET,))
    assert refused.error_description == "this client_secret has ended"


def test_a_secret_is_digested_even_for_an_unknown_client() -> None:  # the same work, so the same time
    seen: list[str] = []

    def digest(secret: str) -> bytes:
        seen.append(secret)
        return b"x" * 32

    presented = parse_credentials(_basic("nobody:guess"), {})
    with pytest.raises(InvalidClient):
        check_credentials(presented, None, secret_digests=(), ended_digests=(), digest=digest)
    assert seen == ["guess"]


def test_a_presented_secret_is_not_printed() -> None:
    presented = parse_credentials(_basic(f"portal:{SECRET}"), {})
    assert presented == PresentedCredentials(
        method="client_secret_basic", client_id=ClientId("portal"), client_secret=SECRET
    )
    assert SECRET not in repr(presented)


ASSERTION = keys()["p256"].token(claims("portal", make.NOW))


@pytest.mark.parametrize(
    ("authorization", "form"),
    [
        (_basic(f"portal:{SECRET}"), {"client_secret": SECRET}),
        (_basic(f"portal:{SECRET}"), {"client_assertion": "a.b.c"}),
        (None, {"client_id": "portal", "client_secret": SECRET, "client_assertion": "x"}),
        (None, carrying(ASSERTION, client_secret=SECRET)),
        (None, carrying(ASSERTION, client_assertion=None, client_id="portal", client_secret=SECRET)),
        (_basic(f"portal:{SECRET}"), carrying(ASSERTION)),
        (_basic(f"portal:{SECRET}"), carrying(ASSERTION, client_assertion=None)),
    ],
)
def test_two_ways_at_once_are_a_wrong_request(
    authorization: str | None, form: dict[str, str]
) -> None:  # RFC 6749 §2.3, §5.2
    with pytest.raises(InvalidRequest, match="one way"):
        parse_credentials(authorization, form)


def test_an_assertion_names_its_client_and_its_method() -> None:  # RFC 7523 §2.2
    for more in ({}, {"client_id": "portal"}):
        presented = parse_credentials(None, carrying(ASSERTION, **more))
        assert (presented.method, presented.client_id) == ("private_key_jwt", "portal")
        assert presented.client_assertion is not None
        assert presented.client_assertion.text == ASSERTION
        assert presented.client_secret is None
        assert ASSERTION not in repr(presented)
    by_secret = parse_credentials(None, carrying(secret_assertion("s" * 32, claims("portal", make.NOW))))
    assert by_secret.method == "client_secret_jwt"


@pytest.mark.parametrize(
    ("authorization", "sent"),
    [
        (None, carrying(ASSERTION, client_id="other")),
        (None, carrying(ASSERTION, client_id="PORTAL")),
        (None, carrying(ASSERTION, client_assertion=None)),
        (None, carrying(ASSERTION, client_assertion_type=None)),
        (
            None,
            carrying(
                ASSERTION, client_assertion_type="urn:ietf:params:oauth:client-assertion-type:saml2-bearer"
            ),
        ),
        (
            None,
            carrying(
                ASSERTION, client_assertion_type="URN:ietf:params:oauth:client-assertion-type:jwt-bearer"
            ),
        ),
        (f"Bearer {ASSERTION}", {}),
        (None, carrying("a.b.c")),
        (None, carrying(ASSERTION + ASSERTION)),
    ],
)
def test_an_assertion_of_another_kind_is_refused(
    authorization: str | None, sent: dict[str, str]
) -> None:  # RFC 6749 §2.3, RFC 7521 §4.2
    with pytest.raises(InvalidClient) as refused:
        parse_credentials(authorization, sent)
    assert refused.value.error_description == "client authentication failed"


@pytest.mark.parametrize("method", METHODS)
def test_a_client_uses_its_registered_method_and_is_enabled(method: str) -> None:
    client = make.client(token_endpoint_auth_method=method)
    presented = PresentedCredentials(method=method, client_id=client.client_id)
    assert check_registered(presented, client) is client
    others = [make.client(token_endpoint_auth_method=other) for other in METHODS if other != method]
    for wrong in (None, make.client(token_endpoint_auth_method=method, enabled=False), *others):
        with pytest.raises(InvalidClient):
            check_registered(presented, wrong)
