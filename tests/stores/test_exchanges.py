"""idp/database on PostgreSQL: how often a transaction waits for the server, and what a shared answer may not hide."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Connection, Engine, bindparam, func, make_url, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError

from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable, Done
from idp.database.messages import Answer, Shape, execute, read, simple
from tests.stores.test_database import ADD, bare, notes

_SYNC, _QUERY, _READY = b"S\0\0\0\x04", b"Q", b"Z\0\0\0\x05"
_REPORT = b"S\0\0\0\x13work_mem\x0064MB\0\0"
_NOTICE = b"N\0\0\0\x1dSWARNING\0C01000\0Mbeware\0\0"
_ENDED = b"E\0\0\0\x1eSFATAL\0C57P01\0Mshut down\0\0"
FIND = select(notes.c.text).where(notes.c.number == bindparam("of"))
CLAIM = insert(notes).on_conflict_do_nothing(index_elements=["number"]).returning(notes.c.number)
CHANGE = update(notes).where(notes.c.number == bindparam("of")).values(text=bindparam("to"))
COUNT = select(func.count()).select_from(notes)


class Counter:
    """Stands between us and the server and counts how often one of us must wait for it."""

    def __init__(self, url: str) -> None:
        self._server = make_url(url)
        self.port = self._server.port or 5432
        self.exchanges = 0
        self.connections = 0
        self.slices = False
        self.trails = b""
        """Comes right behind the next answer."""
        self.spoils = b""
        """Comes in front of the next answer."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        host = str(self._server.query.get("host", self._server.host))
        if host.startswith("/"):
            back, forth = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{self.port}")
        else:
            back, forth = await asyncio.open_connection(host, self.port)
        for pump in (self._pump(reader, forth, ours=True), self._pump(back, writer, ours=False)):
            task = asyncio.create_task(pump)
            self._tasks.add(task)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, ours: bool) -> None:
        try:
            while chunk := await source.read(65536):
                if ours and (chunk.endswith(_SYNC) or chunk.startswith(_QUERY)):
                    self.exchanges += 1
                if not ours and chunk[-6:-1] == _READY:
                    chunk = self.spoils + chunk + self.trails
                    self.spoils = self.trails = b""
                for part in (
                    [chunk[n : n + 1] for n in range(len(chunk))] if self.slices and not ours else [chunk]
                ):
                    sink.write(part)
                    await sink.drain()
                    if self.slices:
                        await asyncio.sleep(0)
        finally:  # also where it is ended before the other side has gone
            sink.close()

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.fixture(autouse=True)
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another test of this process may have listened to all engines: SQLAlchemy marks the class for good."""
    monkeypatch.setattr(Engine, "_has_events", False)


@pytest.fixture
async def counter(postgresql_url: str, tmp_path: Path) -> AsyncIterator[Counter]:
    counter = Counter(postgresql_url)
    async with await asyncio.start_unix_server(counter.serve, tmp_path / f".s.PGSQL.{counter.port}"):
        yield counter
        await counter.end()


@pytest.fixture(params=[True, False], ids=["prepared", "unprepared"])
async def board(
    request: pytest.FixtureRequest, counter: Counter, postgresql_url: str, tmp_path: Path
) -> AsyncIterator[Database[Connection]]:
    """Our database as seen through the counter, every statement of these tests run once already."""
    url = make_url(postgresql_url).set(query={"host": str(tmp_path)}).render_as_string(hide_password=False)
    database = Database(url, bare, pool=1, prepared=request.param, clock=Clock())

    def learn(connection: Connection) -> Done[None]:
        notes.create(connection)
        for number in (1, 2):
            connection.execute(ADD, {"number": number, "text": "x"})
        connection.execute(CHANGE, {"of": 1, "to": "y"})
        connection.execute(COUNT).scalar_one()
        assert find(2)(connection) == "x"
        return Done(None)

    await database.transact(learn)
    counter.exchanges, counter.connections = 0, 1
    yield database
    await database.close()


def add(number: int) -> Callable[[Connection], Done[None]]:
    def work(connection: Connection) -> Done[None]:
        connection.execute(ADD, {"number": number, "text": "x"})
        return Done(None)

    return work


def find(number: int) -> Callable[[Connection], str | None]:
    def work(connection: Connection) -> str | None:
        found: str | None = connection.execute(FIND, {"of": number}).scalar_one_or_none()
        return found

    return work


def count(connection: Connection) -> int:
    number: int = connection.execute(COUNT).scalar_one()
    return number


async def test_a_glance_is_one_exchange_and_a_read_is_one_more_than_its_statements(
    board: Database[Connection], counter: Counter
) -> None:
    assert await board.glance(find(1)) == "y"
    assert counter.exchanges == 1
    assert await board.read(lambda c: (find(1)(c), find(2)(c), find(3)(c))) == ("y", "x", None)
    assert counter.exchanges == 1 + 4


async def test_rows_that_tell_nothing_travel_with_what_comes_next(
    board: Database[Connection], counter: Counter
) -> None:
    def work(connection: Connection) -> Done[int]:
        changed = connection.execute(CHANGE, {"of": 1, "to": "z"}).rowcount
        for number in (3, 4):
            connection.execute(ADD, {"number": number, "text": "x"})
        seen = connection.execute(COUNT).scalar_one()
        connection.execute(ADD, [{"number": number, "text": None} for number in (5, 6)])
        assert changed == 1
        return Done(seen)

    assert (await board.transact(work)).unwrap() == 4
    assert counter.exchanges == 3  # BEGIN and the change, two rows and the count, two rows and COMMIT
    assert await board.read(count) == 6


async def test_who_claims_together_waits_twice_together(
    board: Database[Connection], counter: Counter
) -> None:
    assert await board.claim(CLAIM, {"number": 3, "text": "x"})
    counter.exchanges = 0
    found = await asyncio.gather(*(board.claim(CLAIM, {"number": n, "text": "x"}) for n in range(20)))
    assert [number for number in range(20) if not found[number]] == [1, 2, 3]
    assert counter.exchanges == 2  # BEGIN and twenty rows, COMMIT


async def test_what_begins_a_transaction_never_ends_it_too(
    board: Database[Connection], counter: Counter
) -> None:
    await board.transact(add(3))
    assert (
        counter.exchanges == 2
    )  # a connection that was lost shows before COMMIT is sent: it is run anew unseen


async def test_a_row_that_travelled_and_was_refused_undoes_all_and_is_told(
    board: Database[Connection],
) -> None:
    def work(connection: Connection) -> Done[None]:
        connection.execute(CHANGE, {"of": 1, "to": "z"})
        connection.execute(ADD, {"number": 2, "text": "there already"})
        return Done(None)

    with pytest.raises(IntegrityError):
        await board.transact(work)
    assert await board.glance(find(1)) == "y"
    await board.transact(add(3))
    assert await board.read(count) == 3


async def test_a_failure_that_the_work_passes_over_is_never_called_done(board: Database[Connection]) -> None:
    def work(connection: Connection) -> Done[None]:
        connection.execute(CHANGE, {"of": 1, "to": "z"})
        connection.execute(ADD, {"number": 2, "text": "there already"})
        with pytest.raises(IntegrityError):
            connection.execute(COUNT)
        return Done(None)

    with pytest.raises(DBAPIError, match="passed over"):
        await board.transact(work)
    assert await board.glance(find(1)) == "y"


async def test_nor_is_one_that_the_driver_was_told_of(board: Database[Connection]) -> None:
    def work(connection: Connection) -> Done[None]:
        connection.execute(CHANGE, {"of": 1, "to": "z"})
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT nothing_like_this"))
        return Done(None)

    with pytest.raises(DBAPIError, match="passed over"):
        await board.transact(work)
    assert await board.glance(find(1)) == "y"


@pytest.mark.parametrize("beside", [_REPORT, _NOTICE, _REPORT + _NOTICE], ids=["report", "notice", "both"])
async def test_what_is_said_beside_an_answer_is_passed_over(
    board: Database[Connection], counter: Counter, beside: bytes
) -> None:
    for counter.trails, counter.spoils in ((beside, b""), (b"", beside), (beside, beside)):
        assert await board.transact(lambda c: Done(find(1)(c))) == Done("y")
        assert await board.glance(find(2)) == "x"
    assert counter.connections == 1


async def test_a_connection_that_the_server_ends_behind_its_answer_is_not_used_again(
    board: Database[Connection], counter: Counter
) -> None:
    counter.trails = _ENDED
    assert await board.glance(find(2)) == "x"
    assert await board.glance(find(1)) == "y"


@pytest.mark.parametrize("words", [b"!\0\0\0\x04", b"D\0\0\0\0", b"T\0\0\0\x06\0\x01", b"\0" * 40])
async def test_a_connection_out_of_step_is_closed_and_the_work_run_anew(
    board: Database[Connection], counter: Counter, words: bytes
) -> None:
    counter.spoils = words
    assert await board.glance(find(1)) == "y"
    assert counter.connections == 2


async def test_columns_that_became_of_another_type_are_learned_anew(
    board: Database[Connection], postgresql_url: str
) -> None:
    """However many statements of one transaction that concerns: what was learned of all is forgotten at the first."""
    finds = [FIND.limit(most) for most in range(1, 7)]

    def find_all(connection: Connection) -> list[str]:
        return [connection.execute(one, {"of": 1}).scalar_one() for one in finds]

    assert await board.read(find_all) == ["y"] * 6
    beside = await asyncpg.connect(postgresql_url)
    await beside.execute("ALTER TABLE notes ALTER number TYPE bigint, ALTER text TYPE varchar(9)")
    await beside.close()
    assert await board.read(find_all) == ["y"] * 6
    await board.transact(add(3))
    assert await board.read(count) == 3


async def test_any_other_statement_sees_the_rows_before_it_and_shares_their_end(
    board: Database[Connection],
) -> None:
    def work(connection: Connection) -> Done[int]:
        connection.execute(CHANGE, {"of": 1, "to": "z"})
        connection.execute(ADD, {"number": 3, "text": "x"})
        seen = connection.scalar(text("SELECT count(*) FROM notes"))
        connection.execute(ADD, {"number": 4, "text": "x"})
        assert connection.execute(COUNT).scalar_one() == 4
        connection.execute(ADD, {"number": 5, "text": "x"})
        return Done(int(seen or 0))

    def fail(connection: Connection) -> Done[int]:
        work(connection)
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await board.transact(fail)
    assert await board.glance(count) == 2
    assert (await board.transact(work)).unwrap() == 3
    assert await board.read(count) == 5


async def test_a_write_in_a_glance_fails(board: Database[Connection]) -> None:
    with pytest.raises(DatabaseUnavailable, match="read-only"):
        await board.glance(add(9))
    with pytest.raises(DatabaseUnavailable, match="read-only"):
        await board.glance(lambda c: c.execute(CHANGE, {"of": 1, "to": "z"}))
    assert await board.read(count) == 2


async def test_many_rows_come_by_the_driver_and_are_the_same(board: Database[Connection]) -> None:
    everything = select(notes.c.number, notes.c.text).order_by(notes.c.number)

    def all_of(connection: Connection) -> list[tuple[int, str | None]]:
        return [tuple(row) for row in connection.execute(everything).all()]

    await board.transact(
        lambda c: Done(c.execute(ADD, [{"number": number, "text": None} for number in range(3, 101)]))
    )
    assert [await board.glance(all_of) for _ in range(2)] == [await board.read(all_of)] * 2
    assert len(await board.read(all_of)) == 100


async def test_an_answer_may_come_in_the_smallest_pieces(
    board: Database[Connection], counter: Counter
) -> None:
    counter.slices = True
    assert await board.read(lambda c: (find(1)(c), count(c))) == ("y", 2)


@pytest.mark.parametrize("value", ["", "Đỗ Thị Ánh", "x" * 200_000])
async def test_text_comes_back_as_it_went_in(board: Database[Connection], value: str) -> None:
    await board.transact(lambda c: Done(c.execute(CHANGE, {"of": 1, "to": value})))
    assert await board.glance(find(1)) == value


@pytest.mark.parametrize("given", [{"of": "1"}, {"of": 2**63}, {"of": 1.5}])
async def test_a_value_of_another_type_is_refused_and_nothing_is_sent(
    board: Database[Connection], counter: Counter, given: dict[str, object]
) -> None:
    with pytest.raises(DBAPIError, match="not of its type"):
        await board.transact(lambda c: Done(c.execute(CHANGE, {**given, "to": "z"})))
    assert counter.exchanges == 0
    assert await board.glance(find(1)) == "y"


async def test_a_text_that_the_server_can_not_keep_is_its_to_refuse(board: Database[Connection]) -> None:
    with pytest.raises(DBAPIError, match="0x00"):
        await board.transact(lambda c: Done(c.execute(CHANGE, {"of": 1, "to": "a\0b"})))
    assert await board.glance(find(1)) == "y"


def test_bytes_in_a_row_that_look_like_the_end_are_not_taken_for_it() -> None:
    end = b"Z\0\0\0\x05I"
    row = b"D\0\0\0\x10\0\x01\0\0\0\x06" + end
    said = row + b"C\0\0\0\x0dSELECT 1\0" + end
    assert not read(Answer(), row, b"")
    answer = Answer()
    assert not read(answer, said[:-1], b"")
    assert read(answer, said, b"")
    shape = Shape.of((), (17,))
    assert shape is not None
    assert (answer.decoded(shape), answer.tags, answer.state) == ([[end]], [b"SELECT 1"], b"I")


def test_types_that_are_not_known_are_left_to_the_driver() -> None:
    assert Shape.of((1700,), ()) is None
    assert Shape.of((), (3802,)) is None
    shape = Shape.of((16, 17, 20, 21, 23, 25, 1043), (16,))
    assert shape is not None
    assert b"\0\0\0\x01\x01" in execute(b"", shape, (True, b"", 1, 1, 1, "", None))
    assert simple("COMMIT;").count(b"COMMIT;") == 1
