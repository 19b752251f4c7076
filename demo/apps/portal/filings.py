"""What people are filling in and have filed, by the portal's sub for them; a draft outlives every session."""

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from demo.apps.common.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS drafts (
    sub TEXT NOT NULL, procedure TEXT NOT NULL, draft_id TEXT NOT NULL, answers TEXT NOT NULL,
    updated_at REAL NOT NULL, PRIMARY KEY (sub, procedure)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS filings (
    number TEXT PRIMARY KEY, sub TEXT NOT NULL, procedure TEXT NOT NULL, draft_id TEXT NOT NULL UNIQUE,
    answers TEXT NOT NULL, filed_at REAL NOT NULL, delivered_at REAL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS filings_sub ON filings (sub, filed_at);
"""

_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A form half done."""

    procedure: str
    draft_id: str
    answers: Mapping[str, str]
    updated_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A procedure filed; delivered once its copy lies in the data store."""

    number: str
    procedure: str
    answers: Mapping[str, str]
    filed_at: float
    delivered_at: float | None


class Filings:
    """Drafts and filings."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def save_draft(self, sub: str, procedure: str, answers: Mapping[str, str]) -> None:
        """Keep what was typed; the draft keeps its id until it is filed."""
        self._database.change(
            "INSERT INTO drafts VALUES (:sub, :procedure, :draft_id, :answers, :now)"
            " ON CONFLICT (sub, procedure) DO UPDATE SET answers = :answers, updated_at = :now",
            sub=sub,
            procedure=procedure,
            draft_id=secrets.token_urlsafe(16),
            answers=json.dumps(answers, ensure_ascii=False),
            now=self._now(),
        )

    def draft(self, sub: str, procedure: str) -> Draft | None:
        """Return the draft of a procedure."""
        return next((draft for draft in self.drafts(sub) if draft.procedure == procedure), None)

    def drafts(self, sub: str) -> list[Draft]:
        """Return all drafts, the latest first."""
        rows = self._database.rows("SELECT * FROM drafts WHERE sub = :sub ORDER BY updated_at DESC", sub=sub)
        return [
            Draft(
                procedure=row["procedure"],
                draft_id=row["draft_id"],
                answers=json.loads(row["answers"]),
                updated_at=row["updated_at"],
            )
            for row in rows
        ]

    def drop_draft(self, sub: str, procedure: str) -> None:
        """Throw a draft away."""
        self._database.change(
            "DELETE FROM drafts WHERE sub = :sub AND procedure = :procedure", sub=sub, procedure=procedure
        )

    def file(self, sub: str, draft: Draft) -> str:
        """File a draft once; sent twice, it is the same filing. Return its receipt number."""
        with self._database.transaction():
            self._database.change(
                "INSERT INTO filings VALUES (:number, :sub, :procedure, :draft_id, :answers, :now, NULL)"
                " ON CONFLICT (draft_id) DO NOTHING",
                number=_receipt_number(self._now()),
                sub=sub,
                procedure=draft.procedure,
                draft_id=draft.draft_id,
                answers=json.dumps(draft.answers, ensure_ascii=False),
                now=self._now(),
            )
            self.drop_draft(sub, draft.procedure)
            return str(self.number_of(sub, draft.draft_id))

    def number_of(self, sub: str, draft_id: str) -> str | None:
        """Return the receipt number a draft was filed under."""
        row = self._database.row(
            "SELECT number FROM filings WHERE draft_id = :draft_id AND sub = :sub", draft_id=draft_id, sub=sub
        )
        return None if row is None else row["number"]

    def filing(self, sub: str, number: str) -> Filing | None:
        """Return one's own filing."""
        row = self._database.row(
            "SELECT * FROM filings WHERE number = :number AND sub = :sub", number=number, sub=sub
        )
        return None if row is None else _filing(row)

    def filings(self, sub: str) -> list[Filing]:
        """Return one's own filings, the latest first."""
        rows = self._database.rows(
            "SELECT * FROM filings WHERE sub = :sub ORDER BY filed_at DESC LIMIT 50", sub=sub
        )
        return [_filing(row) for row in rows]

    def delivered(self, number: str) -> None:
        """Note that the data store has it."""
        self._database.change(
            "UPDATE filings SET delivered_at = :now WHERE number = :number AND delivered_at IS NULL",
            now=self._now(),
            number=number,
        )


def _filing(row: sqlite3.Row) -> Filing:
    return Filing(
        number=row["number"],
        procedure=row["procedure"],
        answers=json.loads(row["answers"]),
        filed_at=row["filed_at"],
        delivered_at=row["delivered_at"],
    )


def _receipt_number(now: float) -> str:
    day = time.strftime("%y%m%d", time.gmtime(now + 7 * 3600))
    code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"HP-{day}-{code[:4]}-{code[4:]}"
