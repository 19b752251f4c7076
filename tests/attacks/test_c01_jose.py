"""C01, C02, C03, C05, C07: hostile tokens at every input where a token of ours comes back (RFC 8725).

The tokens are made with our own signing key where that is what it takes, so that nothing but the named trick is wrong
with them. The wrapper itself: tests/keys/test_jose_attacks.py; tokens from upstream: test_e02_upstream.py.
"""

import json
import time

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle, uncollected
from tests.attacks.token_inputs import INPUTS, Forger, assert_refused_everywhere, make_forger
from tests.keys.forge import ABSENT, b64, hmac_token, keys
from tests.world import World

TOO_LARGE = frozenset({400, 401, 413, 414, 431})
CANARY = "http://127.0.0.1:9/jwks.json"


def c01(forger: Forger) -> list[tuple[str, str]]:
    header, payload, signature = forger.token().split(".")
    stranger = keys()["p256"]
    payloads = [
        (f"alg {alg!r}", forger.token(alg=alg))
        for alg in (
            "none",
            "None",
            "nOnE",
            "NONE",
            "",
            "es256",
            "ES256 ",
            "RS256",
            "ES384",
            "HS256",
            "dir",
            "ES256K",
        )
    ]
    payloads += [
        (f"alg {alg!r} without signature", forger.unsigned(alg=alg) + dot)
        for alg in ("none", "None", "nOnE", "ES256")
        for dot in (".", "", "..", ".=", ".null")
    ]
    no_names: tuple[object, ...] = (None, 0, True, ["ES256"], {}, ABSENT)
    payloads += [(f"alg is {alg!r}", forger.token(alg=alg)) for alg in no_names]
    return [
        *payloads,
        ("signature of zeros", f"{header}.{payload}.{b64(bytes(64))}"),
        ("signature cut", f"{header}.{payload}.{signature[:-2]}"),
        ("signature doubled", f"{header}.{payload}.{signature}{signature}"),
        ("fourth part", f"{header}.{payload}.{signature}.{signature}"),
        (
            "claims of another",
            f"{header}.{b64(json.dumps({**forger.claims, 'sub': 'admin'}).encode())}.{signature}",
        ),
        (
            "a stranger's key under our kid",
            stranger.token(forger.claims, kid=forger.ours.kid, typ=forger.typ),
        ),
        ("a stranger's key", stranger.token(forger.claims, typ=forger.typ)),
        ("kid unknown", forger.token(kid="unknown")),
        ("kid absent", forger.token(kid=ABSENT)),
        ("kid a path", forger.token(kid="../../../dev/null")),
        ("kid SQL", forger.token(kid="x' UNION SELECT 1 --")),
        ("kid a list", forger.token(kid=[forger.ours.kid])),
        ("kid huge", forger.token(kid="k" * 2000)),
        ("typ absent or another's", forger.token(typ="logout+jwt")),
        ("typ in upper case", forger.token(typ="AT+JWT" if forger.typ == "at+jwt" else "ID+JWT")),
        ("general JSON, no signatures", json.dumps({"payload": payload, "signatures": []})),
        (
            "general JSON, two signatures",
            json.dumps(
                {"payload": payload, "signatures": [{"protected": header, "signature": signature}] * 2}
            ),
        ),
        ("flattened JSON", json.dumps({"payload": payload, "protected": header, "signature": signature})),
        (
            "alg in the unprotected header",
            json.dumps({"payload": payload, "header": {"alg": "none"}, "signature": ""}),
        ),
        ("detached payload", f"{header}..{signature}"),
        ("standard base64", forger.token().replace("-", "+").replace("_", "/") + "=="),
    ]


def c02(forger: Forger) -> list[tuple[str, str]]:
    jwk = {name: value for name, value in forger.ours.jwk.items() if name != "use"}
    pem = forger.public_key(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secrets = {
        "PEM": pem,
        "PEM with leading text": b"junk\n" + pem,
        "PEM with CRLF": pem.replace(b"\n", b"\r\n"),
        "PEM stripped": pem.strip(),
        "DER": forger.public_key(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "SSH": forger.public_key(Encoding.OpenSSH, PublicFormat.OpenSSH),
        "point": forger.public_key(Encoding.X962, PublicFormat.UncompressedPoint),
        "JWK": json.dumps(jwk).encode(),
        "JWK sorted": json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode(),
        "x": str(jwk["x"]).encode(),
        "kid": forger.ours.kid.encode(),
        "empty": b"",
        "NUL": b"\0",
        "null": b"null",
        "secret": b"secret",
    }
    return [
        (f"{alg} under {name}", hmac_token(alg, secret, forger.header(alg=alg)))
        for alg in ("HS256", "HS384", "HS512")
        for name, secret in secrets.items()
    ]


def c03(forger: Forger) -> list[tuple[str, str]]:
    stranger = keys()["p256"]
    brought = {
        "jwk": stranger.jwk,
        "jku": CANARY,
        "x5u": CANARY,
        "x5c": ["MIIB"],
        "x5t": "AA",
        "kid": CANARY,
    }
    payloads = []
    for name, value in brought.items():
        if name != "x5t":
            payloads.append((f"{name}, our key", forger.token(**{name: value})))
        payloads.append(
            (f"{name}, the stranger's key", stranger.token(forger.claims, **forger.header(**{name: value})))
        )
    payloads.append(("all at once", stranger.token(forger.claims, **forger.header(**brought))))
    return payloads


def c05(forger: Forger) -> list[tuple[str, str]]:
    values: tuple[object, ...] = (
        ["bork"],
        ["b64"],
        ["exp"],
        [],
        "exp",
        None,
        ["alg"],
        ["exp", "exp"],
        [1],
        {},
        1,
        True,
    )
    return [
        *((f"crit {value!r}", forger.token(crit=value)) for value in values),
        ("crit b64 with b64 false", forger.token(crit=["b64"], b64=False)),
        ("b64 false alone", forger.token(b64=False)),
        ("b64 true alone", forger.token(b64=True)),
        ("zip", forger.token(zip="DEF")),
        ("enc", forger.token(enc="A256GCM")),
        (
            "crit among the claims",
            forger.raw(
                json.dumps(forger.header()).encode(), json.dumps({**forger.claims, "crit": ["exp"]}).encode()
            ),
        ),
        ("alg twice", forger.raw(b'{"alg":"none",' + json.dumps(forger.header()).encode()[1:])),
    ]


def c07(forger: Forger) -> list[tuple[str, str]]:
    header, payload, signature = forger.token().split(".")
    good = json.dumps(forger.header()).encode()
    return [
        ("10,000 dots", "." * 10_000),
        ("three dots", "..."),
        ("no dot", "a" * 5_000),
        ("empty", " "),
        ("parts of nothing", ".."),
        ("an empty header", f".{payload}.{signature}"),
        ("an empty payload", f"{header}..{signature}"),
        ("a JWE of five parts", f"{header}.a.b.c.d"),
        ("a JWE of nothing", "...."),
        ("header is a list", forger.raw(b"[]")),
        ("header is a number", forger.raw(b"1" * 1000)),
        ("header is null", forger.raw(b"null")),
        ("header is no JSON", forger.raw(b"{" * 3_000)),
        ("header nested deep", forger.raw(b'{"alg":' + b"[" * 4_000 + b"]" * 4_000 + b"}")),
        ("header in UTF-16", forger.raw(json.dumps(forger.header()).encode("utf-16"))),
        ("header with BOM", forger.raw(b"\xef\xbb\xbf" + good)),
        ("header with broken UTF-8", forger.raw(b"\xff\xfe" + good)),
        ("payload is a list", forger.raw(good, b"[]")),
        ("payload nested deep", forger.raw(good, b'{"a":' * 1_500 + b"1" + b"}" * 1_500)),
        ("payload with NaN", forger.raw(good, b'{"exp":NaN}')),
        ("payload with a huge number", forger.raw(good, b'{"exp":' + b"9" * 5_000 + b"}")),
        ("payload with 1e999", forger.raw(good, b'{"exp":1e999}')),
        ("payload with half a surrogate", forger.raw(good, b'{"sub":"\\ud800","iss":"x"}')),
        ("payload with NUL", forger.raw(good, b'{"sub":"\\u0000"}')),
        ("payload with twins", forger.raw(good, b'{"iss":"x",' + json.dumps(forger.claims).encode()[1:])),
        ("white space inside", f"{header} .{payload}.{signature}"),
        ("a line break inside", f"{header}.{payload}\n.{signature}"),
        ("not base64url", f"{header}.{payload}!.{signature}"),
        ("padding", f"{header}=.{payload}.{signature}"),
        ("not ASCII", f"{header}.{payload}.é{signature}"),
    ]


@pytest.mark.parametrize("payloads", [c01, c02, c03, c05, c07], ids=["C01", "C02", "C03", "C05", "C07"])
async def test_c_a_hostile_token_is_refused_wherever_a_token_comes_in(
    world: World, oracle: Oracle, cast: Cast, payloads: object
) -> None:
    assert callable(payloads)
    await assert_refused_everywhere(world, oracle, cast, payloads)


async def test_c07_a_token_of_a_megabyte_costs_next_to_nothing(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    """Refused by size before anything is decoded: the edge takes 16 KiB of header and query, 64 KiB of body."""
    for where in INPUTS:
        forger = await make_forger(world, cast, where)
        by_get = where.name == "id_token_hint at /authorize"
        for size in (17_000,) if by_get else (17_000, 70_000, 1_000_000):
            for name, token in (
                ("header", f"{'A' * size}.e30.AA"),
                ("payload", f"e30.{'A' * size}.AA"),
                ("signature", f"{forger.unsigned()}.{'A' * size}"),
                ("dots", "." * size),
                ("brackets", b64(b"[" * size) + ".e30.AA"),
            ):
                case = (where.name, name, size)
                # a body of less than 64 KiB is read, and the token refused where it is due
                refusal = where.refusal if size < 64_000 and "POST" in where.name else {"status": TOO_LARGE}
                counted = where.is_counted or size > 64_000
                async with oracle.refusing(case, counted=counted, **refusal):
                    await where.send(cast, token)
                fastest = min([await _seconds(where.send(cast, token)) for _ in range(2)])
                assert fastest < 0.05, (where.name, name, size, fastest)


async def _seconds(sending: object) -> float:
    with uncollected():
        started = time.process_time()
        await sending  # type: ignore[misc]
        return time.process_time() - started
