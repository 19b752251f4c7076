"""A back-up is the same rows on either engine, whole or not there at all; what could be used once counts no more."""

import asyncio
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, make_url, select, text

from idp.audit.events import AuditEvent, EventType
from idp.backup.model import (
    Contents,
    Header,
    Kind,
    TableEnd,
    TableHead,
    UnusableBackup,
    end_line,
    head_line,
    header_digest,
    header_line,
    row_line,
    whole_line,
)
from idp.backup.store import Origin, begin_epoch, fresh, is_empty, open_header, read_backup, write_backup
from idp.clock import Clock
from idp.database import Database, metadata
from idp.database.whole import DatabaseInUse, alone, snapshot
from idp.ids import HandleKind
from idp.transaction import Tx
from keys.envelope import Vault
from keys.master import MasterKey
from migrations.audit_triggers import numbered_rows_may_come
from migrations.run import current, drop_on, head, upgrade_on
from tests.stores.conftest import new_database
from tests.stores.samples import MINUTE, NOW, do, make_generation, make_handle, see, sign_in

ORIGIN = Origin(issuer="https://id.example", release="1", taken_at=NOW)


@pytest.fixture(params=["sqlite", "postgresql"])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of either engine to restore into: no file yet, or our schema and nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'target.sqlite3'}"
        return
    server, template = map(request.getfixturevalue, ("postgresql_server", "postgresql_template"))
    with new_database(server, template=template) as url:
        yield url


def _saved(url: str, vault: Vault) -> tuple[list[bytes], Contents]:
    lines: list[bytes] = []
    contents = snapshot(
        url, lambda connection: write_backup(connection, lines.append, origin=ORIGIN, vault=vault)
    )
    return lines, contents


def _restore(connection: Connection, lines: Iterator[bytes], vault: Vault) -> Contents:
    header = open_header(lines, vault)
    drop_on(connection)
    upgrade_on(connection, header.revision)
    fresh(connection)
    with numbered_rows_may_come(connection):
        contents = read_backup(header, lines, vault, connection)
    upgrade_on(connection)
    return contents


async def _live(database: Database[Any]) -> None:
    """Leave rows of every kind of column in a few tables, some of the record numbered and some not."""
    me = await sign_in(database)
    token = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)

    def store(tx: Any) -> None:
        tx.sessions.reach(me.reached())
        tx.refresh_tokens.add(token, make_generation(me.grant, None))
        tx.audit.add(_event(me.person.person_id))

    await do(database, store)
    await do(database, lambda tx: tx.audit.number(10))
    await do(database, lambda tx: tx.audit.add(_event(me.person.person_id)))


def _event(person_id: str) -> AuditEvent:
    return AuditEvent(
        event_id=Clock(lambda: NOW).event_id(),
        type=EventType.SESSION_STARTED,
        at=NOW,
        actor=f"person:{person_id}",
        subject_ref=f"person:{person_id}",
        payload={"idp": "Hải Phòng \u2028 \U0001f310"},
    )


def _rows(connection: Connection) -> dict[str, list[Any]]:
    return {
        name: sorted(map(repr, connection.execute(select(table)).all()))
        for name, table in metadata.tables.items()
    }


async def test_every_row_comes_back_on_either_engine(
    database: Database[Any], database_url: str, target_url: str, vault: Vault
) -> None:
    await _live(database)
    lines, contents = await asyncio.to_thread(_saved, database_url, vault)
    assert contents.rows > 10
    restored = await asyncio.to_thread(
        alone, target_url, lambda connection: _restore(connection, iter(lines), vault)
    )
    assert restored == contents
    was, now = [await asyncio.to_thread(snapshot, url, _rows) for url in (database_url, target_url)]
    assert was == now
    again, same = await asyncio.to_thread(_saved, target_url, vault)
    assert (same.digest, again[1:-1]) == (contents.digest, lines[1:-1])


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_record_goes_on_after_a_restore_and_is_closed_as_before(
    database: Database[Any], database_url: str, target_url: str, vault: Vault, clock: Clock
) -> None:
    await _live(database)
    lines, _ = await asyncio.to_thread(_saved, database_url, vault)
    await asyncio.to_thread(alone, target_url, lambda connection: _restore(connection, iter(lines), vault))
    target = Database(target_url, Tx.unit(vault, clock), clock=clock)
    try:
        await do(target, lambda tx: tx.audit.number(10))
        records = await see(target, lambda tx: tx.audit.read(-1, 10))
        assert [(record.leaf_index, record.is_intact) for record in records] == [(0, True), (1, True)]
        names = "type, at, actor, subject_ref, payload, salt, payload_digest, txn"
        insert = f"INSERT INTO audit_events SELECT 'x', {names}, 9"
        with pytest.raises(Exception, match="append-only"):
            await do(target, lambda tx: tx.connection.execute(text(f"{insert} FROM audit_events LIMIT 1")))
    finally:
        await target.close()


async def test_a_snapshot_holds_nothing_that_came_later_and_hinders_nobody(
    database: Database[Any], database_url: str, vault: Vault
) -> None:
    await sign_in(database)
    during: list[int] = []

    def save(connection: Connection) -> Contents:
        lines: list[bytes] = []

        def write(line: bytes) -> None:
            lines.append(line)
            if len(lines) == 1:  # the snapshot has begun; another connection writes and commits
                during.append(asyncio.run_coroutine_threadsafe(_count(database), loop).result(10))

        return write_backup(connection, write, origin=ORIGIN, vault=vault)

    loop = asyncio.get_running_loop()
    contents = await asyncio.to_thread(snapshot, database_url, save)
    assert {one.table: one.rows for one in contents.tables}["people"] == 1
    assert during == [2]


async def _count(database: Database[Any]) -> int:
    await sign_in(database, client_id="later")
    return int(
        await see(
            database, lambda tx: tx.connection.execute(text("SELECT count(*) FROM people")).scalar_one()
        )
    )


async def test_beside_somebody_else_nothing_is_restored(
    database: Database[Any], database_url: str, vault: Vault
) -> None:
    await sign_in(database)
    lines, _ = await asyncio.to_thread(_saved, database_url, vault)
    with pytest.raises(DatabaseInUse):
        await asyncio.to_thread(
            alone, database_url, lambda connection: _restore(connection, iter(lines), vault)
        )


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_who_may_not_look_into_the_sessions_of_others_sees_that_there_are_some(
    database: Database[Any], database_url: str
) -> None:
    """The owner of the tables restores, and nodes have another role."""
    await sign_in(database)
    role = f"owner_{os.getpid()}"
    await do(database, lambda tx: tx.connection.execute(text(f"CREATE ROLE {role} LOGIN")) and None)
    try:
        theirs = make_url(database_url).set(username=role).render_as_string(hide_password=False)
        with pytest.raises(DatabaseInUse):
            await asyncio.to_thread(alone, theirs, lambda connection: connection.execute(text("SELECT 1")))
    finally:
        await do(database, lambda tx: tx.connection.execute(text(f"DROP ROLE {role}")) and None)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_cut_anywhere_it_is_refused_and_nothing_of_it_is_there(
    database: Database[Any], database_url: str, target_url: str, vault: Vault
) -> None:
    await _live(database)
    lines, _ = await asyncio.to_thread(_saved, database_url, vault)
    rows = [place for place, line in enumerate(lines) if line.startswith(b"[")]
    for end in (rows[-1], len(lines) - 1):
        cut = lines[:end]
        with pytest.raises(UnusableBackup, match="cut short"):
            await asyncio.to_thread(
                alone, target_url, lambda connection, cut=cut: _restore(connection, iter(cut), vault)
            )
        assert await asyncio.to_thread(alone, target_url, is_empty)


async def test_a_file_of_an_older_schema_is_restored_into_this_one(target_url: str, vault: Vault) -> None:
    header = Header(issuer="https://id.example", release="0", revision="0009", taken_at="", epoch=0)
    lines = [header_line(header, vault.seal_text(header_digest(header), purpose="backup.header"))]
    ends = []
    for table, column, row in (("config_version", "version", [1, 7]), ("audit_head", "next_index", [1, 0])):
        one = TableHead(table=table, columns=(("id", Kind.NUMBER), (column, Kind.NUMBER)))
        line = row_line(row, ())
        ends.append(TableEnd(table=table, rows=1, sha256=sha256(line).hexdigest()))
        lines += [head_line(one), line, end_line(ends[-1])]
    contents = Contents(header=header, tables=tuple(ends))
    lines.append(whole_line(contents, vault.seal_text(contents.digest, purpose="backup.whole")))

    def work(connection: Connection) -> tuple[int, object]:
        _restore(connection, iter(lines), vault)
        begin_epoch(connection, number=1, at=NOW + MINUTE)
        row = connection.execute(text("SELECT version, epoch FROM config_version")).one()
        return row.version, row.epoch

    version = int((NOW + MINUTE).timestamp()) * 1_000_000
    assert await asyncio.to_thread(alone, target_url, work) == (version, 1)
    assert await asyncio.to_thread(current, target_url) == head()


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_another_master_key_opens_nothing_of_it(
    database: Database[Any], database_url: str, vault: Vault, tmp_path: Path
) -> None:
    lines, _ = await asyncio.to_thread(_saved, database_url, vault)
    MasterKey.create(tmp_path / "other.json")
    other = Vault(MasterKey.load(tmp_path / "other.json"))
    with pytest.raises(UnusableBackup, match="another master key"):
        open_header(iter(lines), other)
    rest = iter(lines)
    header = open_header(rest, vault)
    with pytest.raises(UnusableBackup, match="another master key"):
        read_backup(header, rest, other, None)
    forged = [line.replace(b"https://id.example", b"https://id.example.evil") for line in lines]
    with pytest.raises(UnusableBackup, match="header was changed"):
        open_header(iter(forged), vault)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_an_epoch_ends_what_could_be_used_once_and_keeps_grants_and_consents(
    database: Database[Any], database_url: str, target_url: str, vault: Vault, clock: Clock
) -> None:
    me = await sign_in(database, offline=True)
    token = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    await do(database, lambda tx: tx.refresh_tokens.add(token, make_generation(me.grant, None)))
    lines, _ = await asyncio.to_thread(_saved, database_url, vault)
    at = NOW + MINUTE / 2

    def work(connection: Connection) -> Any:
        _restore(connection, iter(lines), vault)
        _offer(connection)
        died = begin_epoch(connection, number=1, at=at)
        for table in ("mandate_invitations", "mandate_removals"):
            assert connection.execute(select(metadata.tables[table].c.closed_at)).scalars().all() == [at]
        assert connection.execute(select(metadata.tables["merges"].c.expires_at)).scalars().all() == [at]
        return died

    died = await asyncio.to_thread(alone, target_url, work)
    assert (died.sessions, died.refresh_families, died.codes, died.offers) == (1, 1, 1, 3)
    target = Database(target_url, Tx.unit(vault, clock), clock=clock)
    try:
        first = await see(target, lambda tx: tx.configuration.version())
        assert await do(target, lambda tx: tx.codes.spend(me.code, at)) is False
        assert await do(
            target, lambda tx: tx.codes.burn(me.code, at)
        )  # refused, and nobody is taken for a thief
        found = await see(target, lambda tx: tx.refresh_tokens.find(token))
        assert found is not None
        assert not found.is_live
        spend = {"successor": "x", "successor_sealed": b"", "now": at}
        assert await do(target, lambda tx: tx.refresh_tokens.spend(token, **spend)) is False
        assert await see(target, lambda tx: tx.sessions.find(me.cookie)) is None
        assert await see(target, lambda tx: tx.grants.find_by_gid(me.grant.gid, at)) == (me.grant, True)
        assert await see(target, lambda tx: tx.configuration.epoch_began_at()) == at
    finally:
        await target.close()
    at += MINUTE
    await asyncio.to_thread(alone, target_url, work)
    again = Database(target_url, Tx.unit(vault, clock), clock=clock)
    try:  # whoever lived through it, though nobody should, learns of the same file restored once more
        assert await see(again, lambda tx: tx.configuration.version()) > first + 1000
    finally:
        await again.close()


def _offer(connection: Connection) -> None:
    """Leave a mandate that waits to be taken, and the end of one and a merge that wait to be confirmed."""
    times = {"created_at": NOW, "expires_at": NOW + MINUTE}
    texts = ("invitation_id", "principal_id", "role", "services", "invited_by", "close_reason")
    offer = {**dict.fromkeys(texts, "x"), **times, "invitee": b"x", "shown": b"x"}
    offer |= {"valid_from": NOW, "valid_to": NOW + MINUTE}
    removal = {**dict.fromkeys(("removal_id", "mandate_id", "principal_id", "proposed_by"), "x"), **times}
    connection.execute(metadata.tables["mandate_invitations"].insert(), offer)
    connection.execute(metadata.tables["mandate_removals"].insert(), removal)
    names = dict.fromkeys(("merge_id", "winner_id", "loser_id", "proposed_by"), "x")
    merge = {**names, "state": "proposed", "dead_with_living": False, "reason": b"x", "letter": b"x"}
    merge |= {"proposed_at": NOW, "expires_at": NOW + 60 * MINUTE}
    connection.execute(metadata.tables["merges"].insert(), merge)


_DIES = {
    "codes", "sessions", "refresh_tokens", "pushed_requests", "upstream_journeys", "password_proofs", "links",
    "contact_codes", "cross_device_sign_ins", "dispute_links", "sign_in_codes", "invitations", "totp",
    "recovery_codes", "mandate_invitations",
    "data_copies", "mandate_removals", "merges", "desk_cases",
}  # fmt: skip
_TOLD_BY_ITS_TIME = {
    "client_assertions",
    "interaction_ends",
    "passkey_challenges",
    "revoked_tokens",
    "session_clients",
    "session_contexts",
    "upstream_logouts",
}
"""What it guarded is refused by the epoch, or has ended with its session."""
_STAYS = {
    "agencies", "attempts", "audit_events", "audit_head", "audit_keys", "client_logos", "client_secrets", "clients",
    "cases", "config_version", "conflicts", "consents", "contacts", "data_requests", "devices", "external_links",
    "grants", "life_applied",
    "life_cursors", "life_grounds", "life_readings", "life_states", "life_unresolved", "life_words", "limits",
    "lock_requests", "mandate_firms", "mandate_principals", "mandates", "official_external_ids", "official_posts",
    "officials", "organisations", "outbox", "passkeys", "passwords", "people", "person_addresses",
    "person_identifiers", "recovery_holds", "registrations", "signing_keys", "subjects", "upstream_maintenance",
}  # fmt: skip


def test_of_every_table_it_was_asked_what_becomes_of_it_in_an_epoch() -> None:
    """A new one that holds what is used once belongs into idp/backup/store/epoch.py, and into adr/0027."""
    assert set(metadata.tables) == _DIES | _TOLD_BY_ITS_TIME | _STAYS
    assert len(_DIES) + len(_TOLD_BY_ITS_TIME) + len(_STAYS) == len(metadata.tables)
