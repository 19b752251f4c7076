"""The documents, by whose they are: the `sub` or organisation that access tokens for this audience name.

Every paper put in and every reading by a service leaves a line the person can see.
"""

import json
import secrets
import sqlite3
import time
from collections.abc import Callable

from demo.apps.common.acting import ORGANISATION_OWNER
from demo.apps.common.database import Database
from demo.apps.common.words import Words
from demo.apps.data_store.model import ADDED, READ, Document, Event, NewDocument
from demo.apps.data_store.samples import SAMPLES

SCHEMA = """
CREATE TABLE IF NOT EXISTS owners (sub TEXT PRIMARY KEY, since REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    document_id TEXT PRIMARY KEY, sub TEXT NOT NULL, client_id TEXT NOT NULL, reference TEXT NOT NULL,
    kind TEXT NOT NULL, title TEXT NOT NULL, issuer TEXT NOT NULL, details TEXT NOT NULL,
    issued_at REAL NOT NULL, added_at REAL NOT NULL, is_sample INTEGER NOT NULL,
    UNIQUE (sub, client_id, reference)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS documents_sub ON documents (sub, issued_at);
CREATE TABLE IF NOT EXISTS events (
    event_id INTEGER PRIMARY KEY, sub TEXT NOT NULL, client_id TEXT NOT NULL, what TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS events_sub ON events (sub, event_id);
"""


class Documents:
    """Everyone's documents; each call sees one person's."""

    def __init__(self, database: Database, *, client_id: str, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._client_id = client_id
        self._now = now

    def welcome(self, sub: str) -> None:
        """Give someone new a few sample papers, once; an organisation has none of these."""
        if sub.startswith(ORGANISATION_OWNER):
            return
        with self._database.transaction():
            if self._database.change(
                "INSERT OR IGNORE INTO owners VALUES (:sub, :now)", sub=sub, now=self._now()
            ):
                for sample in SAMPLES:
                    self._insert(sub, self._client_id, sample, is_sample=True)

    def add(self, sub: str, client_id: str, document: NewDocument) -> tuple[str, bool]:
        """Put a paper in; return its id, and whether it is new: the same reference brings the same paper."""
        with self._database.transaction():
            is_new = self._insert(sub, client_id, document, is_sample=False)
            if is_new:
                self._note(sub, client_id, ADDED)
            found = self._database.row(
                "SELECT document_id FROM documents"
                " WHERE sub = :sub AND client_id = :client_id AND reference = :reference",
                sub=sub,
                client_id=client_id,
                reference=document.reference,
            )
        return (found["document_id"] if found else "", is_new)

    def of(self, sub: str) -> list[Document]:
        """Return a person's papers, the latest first."""
        rows = self._database.rows(
            "SELECT * FROM documents WHERE sub = :sub ORDER BY is_sample, issued_at DESC LIMIT 200", sub=sub
        )
        return [_document(row) for row in rows]

    def one(self, sub: str, document_id: str) -> Document | None:
        """Return one of a person's papers."""
        row = self._database.row(
            "SELECT * FROM documents WHERE sub = :sub AND document_id = :id", sub=sub, id=document_id
        )
        return None if row is None else _document(row)

    def note_reading(self, sub: str, client_id: str) -> None:
        """Leave a line that a service read the list."""
        self._note(sub, client_id, READ)

    def events(self, sub: str) -> list[Event]:
        """Return the latest lines."""
        rows = self._database.rows(
            "SELECT client_id, what, at FROM events WHERE sub = :sub ORDER BY event_id DESC LIMIT 8", sub=sub
        )
        return [Event(client_id=row["client_id"], what=row["what"], at=row["at"]) for row in rows]

    def _insert(self, sub: str, client_id: str, document: NewDocument, *, is_sample: bool) -> bool:
        changed = self._database.change(
            "INSERT INTO documents VALUES (:id, :sub, :client_id, :reference, :kind, :title, :issuer,"
            " :details, :issued_at, :now, :is_sample) ON CONFLICT (sub, client_id, reference) DO NOTHING",
            id=secrets.token_urlsafe(12),
            sub=sub,
            client_id=client_id,
            reference=document.reference,
            kind=document.kind,
            title=_pair(document.title),
            issuer=_pair(document.issuer),
            details=json.dumps(
                [[label.vi, label.en, value.vi, value.en] for label, value in document.details]
            ),
            issued_at=document.issued_at,
            now=self._now(),
            is_sample=is_sample,
        )
        return changed == 1

    def _note(self, sub: str, client_id: str, what: str) -> None:
        self._database.change(
            "INSERT INTO events (sub, client_id, what, at) VALUES (:sub, :client_id, :what, :now)",
            sub=sub,
            client_id=client_id,
            what=what,
            now=self._now(),
        )


def _pair(words: Words) -> str:
    return json.dumps([words.vi, words.en])


def _document(row: sqlite3.Row) -> Document:
    details = json.loads(row["details"])
    return Document(
        document_id=row["document_id"],
        client_id=row["client_id"],
        added_at=row["added_at"],
        is_sample=bool(row["is_sample"]),
        content=NewDocument(
            reference=row["reference"],
            kind=row["kind"],
            title=Words(*json.loads(row["title"])),
            issuer=Words(*json.loads(row["issuer"])),
            details=tuple((Words(vi, en), Words(of_vi, of_en)) for vi, en, of_vi, of_en in details),
            issued_at=row["issued_at"],
        ),
    )
