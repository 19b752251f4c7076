"""What people are filling in and have filed; a draft outlives every session.

Kept by whose it is, in the columns named `sub`: the person's or the ward's sub, or the organisation's id at the portal,
so that everybody who acts for one finds its files. By which power one was filed is kept beside it.
"""

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from demo.apps.common.database import Database
from demo.apps.common.visitor import Visitor
from demo.apps.common.words import Words

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
CREATE TABLE IF NOT EXISTS filed_by (
    number TEXT PRIMARY KEY, actor_sub TEXT NOT NULL, who TEXT NOT NULL, acting_for TEXT NOT NULL,
    role TEXT NOT NULL, power TEXT NOT NULL
) WITHOUT ROWID;
"""

_WITH_WHOM = (
    "SELECT f.*, b.actor_sub, b.who, b.acting_for, b.role, b.power"
    " FROM filings AS f LEFT JOIN filed_by AS b USING (number)"
)
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A form half done."""

    procedure: str
    draft_id: str
    answers: Mapping[str, str]
    updated_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledBy:
    """Who filed it, for whom, as what, and the id of the power; words as they were then."""

    actor_sub: str
    who: Words
    acting_for: Words
    role: Words | None
    power: str

    @classmethod
    def of(cls, visitor: Visitor) -> "FiledBy":
        """Return what is kept of a visitor."""
        acting = visitor.acting
        return cls(
            actor_sub=acting.actor,
            who=visitor.who,
            acting_for=visitor.acting_for,
            role=None if acting.kind == "person" else acting.role_words,
            power=acting.reference,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A procedure filed; delivered once its copy lies in the data store."""

    number: str
    procedure: str
    answers: Mapping[str, str]
    filed_at: float
    delivered_at: float | None
    by: FiledBy


class Filings:
    """Drafts and filings."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def save_draft(self, owner: str, procedure: str, answers: Mapping[str, str]) -> None:
        """Keep what was typed; the draft keeps its id until it is filed."""
        self._database.change(
            "INSERT INTO drafts VALUES (:sub, :procedure, :draft_id, :answers, :now)"
            " ON CONFLICT (sub, procedure) DO UPDATE SET answers = :answers, updated_at = :now",
            sub=owner,
            procedure=procedure,
            draft_id=secrets.token_urlsafe(16),
            answers=json.dumps(answers, ensure_ascii=False),
            now=self._now(),
        )

    def draft(self, owner: str, procedure: str) -> Draft | None:
        """Return the draft of a procedure."""
        return next((draft for draft in self.drafts(owner) if draft.procedure == procedure), None)

    def drafts(self, owner: str) -> list[Draft]:
        """Return all drafts, the latest first."""
        rows = self._database.rows(
            "SELECT * FROM drafts WHERE sub = :sub ORDER BY updated_at DESC", sub=owner
        )
        return [
            Draft(
                procedure=row["procedure"],
                draft_id=row["draft_id"],
                answers=json.loads(row["answers"]),
                updated_at=row["updated_at"],
            )
            for row in rows
        ]

    def drop_draft(self, owner: str, procedure: str) -> None:
        """Throw a draft away."""
        self._database.change(
            "DELETE FROM drafts WHERE sub = :sub AND procedure = :procedure", sub=owner, procedure=procedure
        )

    def file(self, owner: str, draft: Draft, by: FiledBy) -> str:
        """File a draft once; sent twice, it is the same filing. Return its receipt number."""
        with self._database.transaction():
            self._database.change(
                "INSERT INTO filings VALUES (:number, :sub, :procedure, :draft_id, :answers, :now, NULL)"
                " ON CONFLICT (draft_id) DO NOTHING",
                number=_receipt_number(self._now()),
                sub=owner,
                procedure=draft.procedure,
                draft_id=draft.draft_id,
                answers=json.dumps(draft.answers, ensure_ascii=False),
                now=self._now(),
            )
            self.drop_draft(owner, draft.procedure)
            number = str(self.number_of(owner, draft.draft_id))
            self._database.change(
                "INSERT OR IGNORE INTO filed_by VALUES (:number, :actor_sub, :who, :acting_for, :role, :power)",
                number=number,
                actor_sub=by.actor_sub,
                who=_pair(by.who),
                acting_for=_pair(by.acting_for),
                role=_pair(by.role) if by.role else "",
                power=by.power,
            )
            return number

    def number_of(self, owner: str, draft_id: str) -> str | None:
        """Return the receipt number a draft was filed under."""
        row = self._database.row(
            "SELECT number FROM filings WHERE draft_id = :draft_id AND sub = :sub",
            draft_id=draft_id,
            sub=owner,
        )
        return None if row is None else row["number"]

    def filing(self, owner: str, number: str) -> Filing | None:
        """Return one's own filing."""
        row = self._database.row(
            f"{_WITH_WHOM} WHERE f.number = :number AND f.sub = :sub", number=number, sub=owner
        )
        return None if row is None else _filing(row)

    def filings(self, owner: str) -> list[Filing]:
        """Return one's own filings, the latest first."""
        rows = self._database.rows(
            f"{_WITH_WHOM} WHERE f.sub = :sub ORDER BY f.filed_at DESC LIMIT 50", sub=owner
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
        by=_filed_by(row),
    )


def _filed_by(row: sqlite3.Row) -> FiledBy:
    """Return who filed it; of a filing from before that was kept, its owner."""
    if row["who"] is None:
        nobody = Words("", "")
        return FiledBy(actor_sub=row["sub"], who=nobody, acting_for=nobody, role=None, power="")
    return FiledBy(
        actor_sub=row["actor_sub"],
        who=_words(row["who"]),
        acting_for=_words(row["acting_for"]),
        role=_words(row["role"]) if row["role"] else None,
        power=row["power"],
    )


def _pair(words: Words) -> str:
    return json.dumps([words.vi, words.en], ensure_ascii=False)


def _words(kept: str) -> Words:
    return Words(*json.loads(kept))


def _receipt_number(now: float) -> str:
    day = time.strftime("%y%m%d", time.gmtime(now + 7 * 3600))
    code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"HP-{day}-{code[:4]}-{code[4:]}"
