"""The line of a request is made by hand: it must say what the general way of logging would."""

import json
import logging

import pytest

from idp.log import JsonLines, fields, log_request

AT = 1_772_413_200.0625


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _record(method: str, path: str) -> logging.LogRecord:
    kept, logger = _Kept(), logging.getLogger("hpid.access")
    level = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    try:
        log_request(
            at=AT,
            txn="ABCD-EFGH-JKMN",
            method=method,
            path=path,
            status=200,
            seconds=0.00128,
            peer="192.0.2.0/24",
        )
    finally:
        logger.removeHandler(kept)
        logger.setLevel(level)
    (record,) = kept.records
    return record


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/token"),
        ("G\r\nE", '/"}{"event":"forged"}\\\n\x00\x1b[2J\x9b31m'),
        ("POST" * 1000, "/é\u2028đ\U0001f600" + "x" * 5000),
    ],
)
def test_it_is_the_line_of_the_general_way_to_the_byte(method: str, path: str) -> None:
    general = logging.LogRecord("hpid.access", logging.INFO, "", 0, "request", None, None)
    general.created = AT
    general.__dict__.update(
        fields(txn="ABCD-EFGH-JKMN", method=method, path=path, status=200, ms=1.3, peer="192.0.2.0/24")
    )

    assert JsonLines().format(_record(method, path)) == JsonLines().format(general)
    assert json.loads(JsonLines().format(general))["at"] == "2026-03-02T01:00:00.062+00:00"


def test_any_other_handler_finds_a_record_like_any() -> None:
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s %(lineno)d").format(
        _record("GET", "/token")
    )
    assert text.endswith(" INFO hpid.access request 0")
