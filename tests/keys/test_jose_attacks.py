"""Hostile tokens – RFC 8725; battery rows C01, C02, C03, C05, C07. Each payload once broke somebody."""

import json
import time
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.jose import MAX_TOKEN_CHARS, InvalidJwt, JwkSet, Purpose, peek, verify
from tests.keys.forge import ABSENT, CLAIMS, ForgedKey, b64, hmac_token, key_set, keys, unsigned

CANARY = "https://canary.example/keys"
Payload = tuple[str, str]


def p256() -> ForgedKey:
    return keys()["p256"]


def c01_no_or_foreign_algorithm() -> Iterator[Payload]:
    for alg in (
        "none",
        "None",
        "nOnE",
        "NONE",
        "",
        "es256",
        "ES256 ",
        "ES256K",
        "RS1",
        "HS256",
        "RS384",
        "dir",
    ):
        yield f"alg {alg!r}, good signature", p256().token(alg=alg)
        yield f"alg {alg!r}, no signature", f"{unsigned({'alg': alg, 'kid': 'p256'})}."
    for other in (None, 1, True, ["ES256"], {"alg": "ES256"}):
        yield f"alg is {other!r}", p256().token(alg=other)
    yield "alg absent", p256().token(alg=ABSENT)
    yield "signature stripped", p256().token().rpartition(".")[0] + "."
    yield "signature and dot stripped", p256().token().rpartition(".")[0]
    yield (
        "signature of zeros (CVE-2022-21449)",
        f"{p256().token().rpartition('.')[0]}.{b64(bytes(64))}",
    )
    yield "signature cut", p256().token()[:-2]
    yield "signature twice", p256().token() + "." + p256().token().rpartition(".")[2]
    yield "signature in DER", der_signature()
    yield (
        "signature of another token",
        p256().token().rpartition(".")[0] + "." + p256().token({"sub": "x"}).rpartition(".")[2],
    )
    yield "claims exchanged", swap_part(p256().token(), 1, b64(b'{"sub":"admin"}'))
    yield "header exchanged", swap_part(p256().token(), 0, b64(b'{"alg":"ES256","kid":"p256"}'))
    for name, signatures in (("no signature", []), ("two signatures", [{"signature": "AA"}] * 2)):
        general = {"payload": "e30", "signatures": signatures}
        yield f"general JSON serialization, {name}", json.dumps(general)
    flattened = {"payload": "e30", "protected": "e30", "header": {"alg": "none"}, "signature": ""}
    yield "flattened JSON serialization", json.dumps(flattened)
    yield "JSON serialization with two dots", json.dumps({**flattened, "a": "..", "b": ""})


def c02_confusion_of_keys() -> Iterator[Payload]:
    rsa = keys()["rsa"]
    pem = rsa.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secrets = {
        "PEM": pem,
        "PEM with text in front": b"key:\r\n" + pem,
        "PEM with CRLF": pem.replace(b"\n", b"\r\n"),
        "PKCS #1 PEM": rsa.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        "DER": rsa.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "JWK JSON": json.dumps(rsa.jwk).encode(),
        "SSH": rsa.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        "modulus": str(rsa.jwk["n"]).encode(),
        "nothing": b"",
        "short": b"secret",
        "null": b"null",
    }
    for name, secret in secrets.items():
        for alg in ("HS256", "HS384", "HS512"):
            yield f"{alg} with {name}", hmac_token(alg, secret)
        yield f"HS256 with {name}, called RS256", relabelled(hmac_token("HS256", secret), "RS256")
    yield "EC key, alg RS256", p256().token(alg="RS256")
    yield "EC key under the kid of an RSA key", p256().token(kid="rsa")
    yield "P-256 key, alg ES384", p256().token(alg="ES384")
    yield "Ed25519 key, alg ES256", keys()["ed"].token(alg="ES256")
    yield (
        "PSS signature, called RS256",
        (
            f"{unsigned({'alg': 'RS256', 'kid': 'rsa'})}."
            + b64(rsa.signature(unsigned({"alg": "RS256", "kid": "rsa"}).encode(), "PS256"))
        ),
    )


def c03_keys_in_the_header() -> Iterator[Payload]:
    for name, value in (
        ("jwk", p256().jwk),
        ("jku", CANARY),
        ("x5u", CANARY),
        ("x5c", ["MIIB"]),
    ):
        yield f"header {name}", p256().token(**{name: value})
        yield (
            f"header {name}, no kid",
            p256().token(kid=ABSENT, **{name: value}),
        )
        yield f"header {name} is null", p256().token(**{name: None})
    for kid in (
        CANARY,
        "../../dev/null",
        "p256' OR '1'='1",
        "",
        "P256",
        "p" * 300,
        None,
        1,
        ["p256"],
        {"k": 1},
    ):
        yield f"kid {str(kid)[:20]!r}", p256().token(kid=kid)


def c05_critical_extensions() -> Iterator[Payload]:
    for crit in (["bork"], ["b64"], [], "exp", ["absent"], ["alg", "alg"], None, ["exp"]):
        yield f"crit {crit!r}", p256().token(crit=crit, bork=1)
    yield "b64 false and critical", p256().token(crit=["b64"], b64=False)
    yield "b64 false, not critical", p256().token(b64=False)
    yield "b64 true", p256().token(b64=True)
    yield (
        "crit repeated",
        p256().raw_token(b'{"alg":"ES256","kid":"p256","crit":["bork"],"crit":["exp"]}'),
    )
    yield "crit among the claims", p256().token({**CLAIMS, "crit": ["exp"]})
    yield "zip", p256().token(zip="DEF")


def c07_size_and_shape() -> Iterator[Payload]:
    head = b64(b'{"alg":"ES256","kid":"p256"}')
    for size in (1, 10):
        big = "A" * (size * 1024 * 1024)
        yield f"header of {size} MB", f"{big}.e30.AA"
        yield f"signature of {size} MB", f"{head}.e30.{big}"
    yield "one character too many", padded_token(MAX_TOKEN_CHARS + 1)
    yield "ten thousand dots", "." * 10_000
    yield "a million dots", "." * 1_000_000
    yield "deep header beyond the size", p256().raw_token(b"[" * 100_000)
    for opening in (b"[", b'{"a":'):
        yield f"deep header of {opening!r}", p256().raw_token(opening * (11_000 // len(opening)))
        yield (
            f"deep payload of {opening!r}",
            p256().raw_token(b'{"alg":"ES256","kid":"p256"}', opening * (11_000 // len(opening))),
        )
    yield (
        "payload one bracket too deep",
        p256().raw_token(b'{"alg":"ES256","kid":"p256"}', b'{"a":' + b"[" * 512 + b"]" * 512 + b"}"),
    )
    for text in (
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c",
        "a..c",
        ".b.c",
        "a.b.",
        "e30.e30.e30",
        " ",
        "\0.\0.\0",
    ):
        yield f"shape {text!r}", text
    yield "JWE of five parts", f"{head}.AA.AA.AA.AA"
    yield "JWE with parts missing", f"{head}..."
    yield "padding", p256().sign_parts(head + "=", "e30")
    yield (
        "standard base64 alphabet",
        p256().sign_parts(head, b64(b'{"a":"???>>>"}').replace("_", "/")),
    )
    yield "white space in front", " " + p256().token()
    yield "line end behind", p256().token() + "\n"
    yield "white space inside", p256().sign_parts(head[:8] + " " + head[8:], "e30")
    yield "spare bits set in the signature", spare_bits()
    yield "a payload in another alphabet", f"{head}.Hải.AA"
    yield "full-width letters", p256().token().replace("e", "\uff45")
    yield "half a surrogate", "\ud800.\ud800.\ud800"
    for name, payload in {
        "bytes that are not UTF-8": b'{"a":"\xff"}',
        "UTF-16": '{"a":1}'.encode("utf-16"),
        "byte order mark": b'\xef\xbb\xbf{"a":1}',
        "array": b"[]",
        "string": b'"sub"',
        "number": b"1",
        "null": b"null",
        "nothing but space": b" ",
        "two objects": b"{}{}",
        "trailing comma": b'{"a":1,}',
        "NaN": b'{"exp":NaN}',
        "Infinity": b'{"exp":Infinity}',
        "minus Infinity": b'{"exp":-Infinity}',
        "float out of range": b'{"exp":1e999}',
        "integer of 5,000 digits": b'{"exp":' + b"9" * 5_000 + b"}",
        "repeated name": b'{"sub":"a","sub":"b"}',
        "repeated name, escaped": b'{"sub":"a","\\u0073ub":"b"}',
        "repeated name inside": b'{"act":{"sub":"a","sub":"b"}}',
        "escaped NUL": b'{"sub":"a\\u0000b"}',
        "half an escaped surrogate": b'{"sub":"\\uD800"}',
        "control character": b'{"sub":"a\x00"}',
        "single quotes": b"{'sub':'a'}",
    }.items():
        yield f"payload: {name}", p256().raw_token(b'{"alg":"ES256","kid":"p256"}', payload)
        yield f"header: {name}", p256().raw_token(payload)


def der_signature() -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    message = p256().token().rpartition(".")[0]
    private = p256().private
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return f"{message}.{b64(private.sign(message.encode(), ec.ECDSA(hashes.SHA256())))}"


def swap_part(token: str, index: int, part: str) -> str:
    parts = token.split(".")
    parts[index] = part
    return ".".join(parts)


def relabelled(token: str, alg: str) -> str:
    return swap_part(token, 0, b64(json.dumps({"alg": alg, "kid": "rsa", "typ": "JWT"}).encode()))


def padded_token(length: int) -> str:
    """Return a correctly signed token of about this length, at least."""
    return p256().token({**CLAIMS, "fill": "x" * (length * 3 // 4)})


def spare_bits() -> str:
    token = p256().token()  # 64 bytes: the last of 86 characters carries two bits of value, four spare
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) | 1]


BATTERY = {
    "C01": c01_no_or_foreign_algorithm,
    "C02": c02_confusion_of_keys,
    "C03": c03_keys_in_the_header,
    "C05": c05_critical_extensions,
    "C07": c07_size_and_shape,
}


@pytest.mark.parametrize(
    "purpose", [Purpose.CLIENT_ASSERTION, Purpose.UPSTREAM_ID_TOKEN, Purpose.REQUEST_OBJECT]
)
@pytest.mark.parametrize("row", BATTERY)
def test_every_hostile_token_is_refused_and_quickly(row: str, purpose: Purpose) -> None:
    key_ring = JwkSet.parse(key_set())
    verify(p256().token(), purpose=purpose, keys=key_ring)  # what the forgeries start from is good
    accepted, slow, echoed = [], [], []
    for name, token in BATTERY[row]():
        start = time.thread_time()
        try:
            verify(token, purpose=purpose, keys=key_ring)
        except InvalidJwt as refusal:
            if len(token) > 20 and (token[:20] in refusal.reason or token[-20:] in refusal.reason):
                echoed.append(name)
        else:
            accepted.append(name)
        if time.thread_time() - start > 0.05:
            slow.append(name)
    assert (accepted, slow, echoed) == ([], [], [])


@pytest.mark.parametrize("row", BATTERY)
def test_peeking_at_a_hostile_token_raises_nothing_but_invalid_jwt(row: str) -> None:
    for _, token in BATTERY[row]():
        try:
            peek(token, purpose=Purpose.CLIENT_ASSERTION)
        except InvalidJwt:
            continue


def test_the_battery_has_more_than_a_hundred_payloads() -> None:
    names = [name for row in BATTERY.values() for name, _ in row()]
    assert len(names) == len(set(names)) > 100


def test_a_token_of_the_largest_size_still_counts_and_one_more_character_does_not() -> None:
    key_ring = JwkSet.parse(key_set())
    empty = len(p256().token({"fill": ""}))
    fill = next(
        n for n in range(12_000, 13_000) if len(p256().token({"fill": "x" * n})) >= MAX_TOKEN_CHARS - 1
    )
    largest = p256().token({"fill": "x" * fill})
    assert empty < len(largest) <= MAX_TOKEN_CHARS
    verify(largest, purpose=Purpose.CLIENT_ASSERTION, keys=key_ring)
    with pytest.raises(InvalidJwt, match="too large"):
        verify("A" * (MAX_TOKEN_CHARS + 1), purpose=Purpose.CLIENT_ASSERTION, keys=key_ring)
