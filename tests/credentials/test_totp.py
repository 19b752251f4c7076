"""TOTP – RFC 6238 with the vectors of its appendix B, RFC 4226 §5.3; SECURITY E11."""

import hmac
import json
from base64 import b32decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from idp.credentials.totp import provisioning_uri, totp_step
from tests import make

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "rfc6238.json").read_text())
SECRET: str = VECTORS["secret"]
MOMENT = datetime.fromtimestamp(59, UTC)
CODE = "287082"
STEP = 1
STEP_LENGTH = timedelta(seconds=30)


@pytest.mark.parametrize("vector", VECTORS["totp"], ids=lambda vector: str(vector["time"]))
def test_the_vectors_of_the_rfc_match(vector: dict[str, int | str]) -> None:  # RFC 6238 appendix B
    time = int(vector["time"])
    code = str(vector["eight_digits"])[-6:]
    step = totp_step(SECRET, code, now=datetime.fromtimestamp(time, UTC), last_step=-1)
    assert step == time // 30


@pytest.mark.parametrize("code", [CODE, "287 082", " 287082 ", "287\u00a0082", "287082\n"])
def test_what_is_written_between_digits_does_not_count(code: str) -> None:
    assert totp_step(SECRET, code, now=MOMENT, last_step=-1) == STEP


@pytest.mark.parametrize(
    "code",
    [
        "",
        "28708",
        "2870820",
        "94287082",
        "000000",
        "287083",
        "-87082",
        "+87082",
        "2870.2",
        "28708a",
        "٢٨٧٠٨٢",
        "２８７０８２",
        "²87082",
    ],
    ids=ascii,
)
def test_no_other_text_is_the_code(code: str) -> None:
    assert totp_step(SECRET, code, now=MOMENT, last_step=-1) is None


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(steps: int, accepted: bool) -> None:  # RFC 6238 §5.2
    now = make.NOW
    code = _code_at(now - steps * STEP_LENGTH)
    assert (totp_step(SECRET, code, now=now, last_step=-1) is not None) is accepted


def test_a_step_is_never_right_twice() -> None:  # RFC 6238 §5.2
    assert totp_step(SECRET, CODE, now=MOMENT, last_step=STEP - 1) == STEP
    assert totp_step(SECRET, CODE, now=MOMENT, last_step=STEP) is None
    assert totp_step(SECRET, CODE, now=MOMENT, last_step=STEP + 5) is None


def test_after_a_later_step_an_earlier_one_is_dead() -> None:
    now = make.NOW
    used = totp_step(SECRET, _code_at(now), now=now, last_step=-1)
    assert used is not None
    assert totp_step(SECRET, _code_at(now - STEP_LENGTH), now=now, last_step=used) is None
    assert totp_step(SECRET, _code_at(now + STEP_LENGTH), now=now, last_step=used) == used + 1


def test_another_secret_has_another_code() -> None:
    assert totp_step("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", CODE, now=MOMENT, last_step=-1) is None


def test_an_app_reads_who_and_whose_from_the_uri() -> None:
    uri = urlsplit(provisioning_uri(SECRET, account="huong@example.vn", issuer="Hải Phòng ID"))
    parameters = parse_qs(uri.query)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert parameters["secret"] == [SECRET]
    assert parameters["issuer"] == ["Hải Phòng ID"]


def _code_at(moment: datetime) -> str:
    """The code of a moment, computed from RFC 4226 §5.3 by hand."""
    counter = (int(moment.timestamp()) // 30).to_bytes(8, "big")
    mac = hmac.digest(b32decode(SECRET), counter, "sha1")
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06}"
