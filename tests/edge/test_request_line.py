"""The line of a request is made by hand: it must say what the general way of logging would."""

import asyncio
import io
import json
import logging

import pytest

from idp.log import JsonLines, configure, fields, log_request

AT = 1_772_413_200.0625


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _log(method: str, path: str) -> None:
    log_request(
        at=AT,
        txn="ABCD-EFGH-JKMN",
        method=method,
        path=path,
        status=200,
        seconds=0.00128,
        peer="192.0.2.0/24",
    )


def _record(method: str, path: str) -> logging.LogRecord:
    kept, logger = _Kept(), logging.getLogger("hpid.access")
    level = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    try:
        _log(method, path)
    finally:
        logger.removeHandler(kept)
        logger.setLevel(level)
    (record,) = kept.records
    return record


def _written(method: str, path: str, *, told: int) -> str:
    """What stands in the log of a process that has so many handlers, of which ours is one."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    try:
        configure("INFO")
        ours = root.handlers[0]
        assert isinstance(ours, logging.StreamHandler)
        ours.setStream(stream)
        root.handlers[:] = [ours, *(_Kept() for _ in range(told - 1))]
        _log(method, path)
        others = [len(one.records) for one in root.handlers if isinstance(one, _Kept)]
        assert others == [1] * (told - 1)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    return stream.getvalue()


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
    assert _written(method, path, told=1) == JsonLines().format(general) + "\n"
    assert json.loads(JsonLines().format(general))["at"] == "2026-03-02T01:00:00.062+00:00"


def test_any_other_handler_finds_a_record_like_any() -> None:
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s %(lineno)d").format(
        _record("GET", "/token")
    )
    assert text.endswith(" INFO hpid.access request 0")


def test_our_output_says_the_same_whether_others_hear_of_it_or_not() -> None:
    assert _written("GET", "/token", told=1) == _written("GET", "/token", told=3) != ""


class _Slow(io.StringIO):
    """Keeps what it is given back until it is told to write, as a file's buffer does."""

    def __init__(self) -> None:
        super().__init__()
        self.written = ""

    def flush(self) -> None:
        self.written = self.getvalue()


def test_requests_are_written_in_a_moment_and_what_is_wrong_at_once() -> None:
    root, stream = logging.getLogger(), _Slow()
    handlers, level = root.handlers[:], root.level

    async def seen() -> tuple[str, str, str]:
        _log("GET", "/token")
        before = stream.written
        await asyncio.sleep(0.2)
        after = stream.written
        _log("GET", "/jwks")
        logging.getLogger("hpid.fault").error("fault")
        return before, after, stream.written

    try:
        configure("INFO")
        ours = root.handlers[0]
        assert isinstance(ours, logging.StreamHandler)
        ours.setStream(stream)
        seen_by_loops = [asyncio.run(seen()) for _ in range(2)]
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    for number, (before, after, at_once) in enumerate(seen_by_loops):
        assert [text.count("/token") for text in (before, after)] == [number, number + 1]
        assert [at_once.count(word) for word in ("/jwks", '"fault"')] == [number + 1, number + 1]
        assert at_once.rindex("/jwks") < at_once.rindex('"fault"')
