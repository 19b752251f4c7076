"""A sign-in under way: one row, bound to the browser that started it.

The id stands in addresses and is no secret: it works only with the ``national-flow`` cookie of the same
browser. Each step moves the row by one UPDATE that names the step it comes from, so a form sent twice
counts once.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select, update

from federation.national_mock import database
from federation.national_mock.database import digest

FLOW_SECONDS = 10 * 60
OTP_SECONDS = 5 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One authorization request and how far the person has come with it."""

    id: str
    browser_digest: str
    form_token: str
    parameters: dict[str, str]
    language: str
    step: str
    """password, otp, face or refused: also the page that the person is on."""
    goal: str | None
    login: str | None
    sub: str | None
    otp: str | None
    otp_expires_at: int | None
    error: str | None
    method: str | None
    """qr, if the phone confirmed a scan; otherwise a password was typed."""
    expires_at: int


_COLUMNS = [database.flows.c[field.name] for field in fields(Flow)]


class FlowStore:
    """Opens, finds, moves and closes flows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, *, browser: str, parameters: Mapping[str, str], language: str, now: int) -> str:
        """Start a flow for this browser; returns its id. Flows that have run out go."""
        flow_id = secrets.token_urlsafe(24)
        row = {
            "id": flow_id,
            "browser_digest": digest(browser),
            "form_token": secrets.token_urlsafe(24),
            "parameters": dict(parameters),
            "language": language,
            "step": "password",
            "expires_at": now + FLOW_SECONDS,
        }
        with self._engine.begin() as connection:
            connection.execute(delete(database.flows).where(database.flows.c.expires_at <= now))
            connection.execute(insert(database.flows).values(row))
        return flow_id

    def find(self, flow_id: str, *, browser: str, now: int) -> Flow | None:
        """The flow, for the browser that opened it and until it runs out."""
        table = database.flows
        query = select(*_COLUMNS).where(
            table.c.id == flow_id, table.c.browser_digest == digest(browser), table.c.expires_at > now
        )
        with self._engine.begin() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _flow(row)

    def move(self, flow: Flow, **changes: str | int | None) -> None:
        """Change the flow if it is still at the step we saw; else another answer was faster and stands."""
        with self._engine.begin() as connection:
            connection.execute(update(database.flows).where(_still_at(flow)).values(**changes))

    def close(self, flow: Flow) -> bool:
        """End the flow if it is still at the step we saw; true exactly once."""
        with self._engine.begin() as connection:
            return connection.execute(delete(database.flows).where(_still_at(flow))).rowcount == 1


def new_otp(now: int) -> dict[str, str | int]:
    """A fresh one-time code and its end, as changes of a flow."""
    return {"otp": f"{secrets.randbelow(1_000_000):06d}", "otp_expires_at": now + OTP_SECONDS}


def _still_at(flow: Flow) -> Any:
    return (database.flows.c.id == flow.id) & (database.flows.c.step == flow.step)


def _flow(row: Row[Any]) -> Flow:
    return Flow(**row._mapping)  # noqa: SLF001 – SQLAlchemy's documented name for a row as a mapping
