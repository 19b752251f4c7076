"""Signing in by scanning: the page shows a QR code and two digits, the phone confirms – DOMAIN §1.3 (QR, secret code).

The code on the screen belongs to one flow and lives two minutes. The phone spends it by one UPDATE; what it wins is no
more than that this flow, in the browser that showed the code, may go on. Three wrong digits end it.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, case, select, update

from federation.national_mock.database import flows
from federation.national_mock.flows import Flow

SCAN_SECONDS = 120
WRONG_DIGITS = 3
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
_CHARACTERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What the phone sees of the flow whose code it scanned."""

    flow_id: str
    client_id: str
    redirect_uri: str
    digits: str
    expires_at: int


def normalise_code(typed: str) -> str:
    """The code as it was made, from what was typed or scanned."""
    return "".join(letter for letter in typed.upper() if letter in _ALPHABET)


class ScanStore:
    """Shows codes, finds and confirms them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def show(self, flow: Flow, *, now: int, anew: bool = False) -> tuple[str, str]:
        """Return the code to show and the two digits: those shown already, or new ones where they have run out."""
        columns = (flows.c.scan_code, flows.c.scan_digits, flows.c.scan_state, flows.c.scan_expires_at)
        with self._engine.begin() as connection:
            row = connection.execute(select(*columns).where(flows.c.id == flow.id)).one_or_none()
            if row is not None and not anew and row.scan_state == "shown" and row.scan_expires_at > now:
                return row.scan_code, row.scan_digits
            begun = _new_scan(now)
            connection.execute(update(flows).where(flows.c.id == flow.id).values(begun))
        return str(begun["scan_code"]), str(begun["scan_digits"])

    def find(self, code: str, *, now: int) -> Scan | None:
        """Return the scan of this code, while it waits for a confirmation."""
        query = select(flows.c.id, flows.c.parameters, flows.c.scan_digits, flows.c.scan_expires_at)
        with self._engine.begin() as connection:
            row = connection.execute(query.where(*_waiting(code, now))).one_or_none()
        if row is None:
            return None
        return Scan(
            flow_id=row.id,
            client_id=row.parameters["client_id"],
            redirect_uri=row.parameters["redirect_uri"],
            digits=row.scan_digits,
            expires_at=row.scan_expires_at,
        )

    def confirm(self, code: str, *, sub: str, digits: str, now: int) -> bool:
        """Spend the code for this account, if the digits are those on the screen; true exactly once."""
        spent = update(flows).where(*_waiting(code, now), flows.c.scan_digits == digits)
        with self._engine.begin() as connection:
            return connection.execute(spent.values(scan_state="confirmed", scan_sub=sub)).rowcount == 1

    def count_wrong(self, code: str, *, now: int) -> int:
        """Count digits that do not fit; return how many tries are left. With none the code counts no more."""
        wrong = flows.c.scan_wrong + 1
        counted = update(flows).where(*_waiting(code, now))
        values = {"scan_wrong": wrong, "scan_state": case((wrong >= WRONG_DIGITS, "refused"), else_="shown")}
        with self._engine.begin() as connection:
            count = connection.execute(
                counted.values(values).returning(flows.c.scan_wrong)
            ).scalar_one_or_none()
        return 0 if count is None else WRONG_DIGITS - int(count)

    def refuse(self, code: str, *, now: int) -> None:
        """The person at the phone says that it is not they who sign in."""
        with self._engine.begin() as connection:
            connection.execute(update(flows).where(*_waiting(code, now)).values(scan_state="refused"))

    def outcome(self, flow: Flow, *, now: int) -> tuple[str, str | None]:
        """Return what became of the flow's scan – shown, confirmed, refused, expired, none – and for which account."""
        columns = (flows.c.scan_state, flows.c.scan_sub, flows.c.scan_expires_at)
        with self._engine.begin() as connection:
            row = connection.execute(select(*columns).where(flows.c.id == flow.id)).one_or_none()
        if row is None or row.scan_state is None:
            return "none", None
        if row.scan_state == "shown" and row.scan_expires_at <= now:
            return "expired", None
        return row.scan_state, row.scan_sub


def _new_scan(now: int) -> dict[str, str | int | None]:
    return {
        "scan_code": "".join(secrets.choice(_ALPHABET) for _ in range(_CHARACTERS)),
        "scan_digits": f"{secrets.randbelow(90) + 10}",
        "scan_state": "shown",
        "scan_sub": None,
        "scan_wrong": 0,
        "scan_expires_at": now + SCAN_SECONDS,
    }


def _waiting(code: str, now: int) -> tuple[ColumnElement[bool], ...]:
    return (
        flows.c.scan_code == code,
        flows.c.scan_state == "shown",
        flows.c.scan_expires_at > now,
        flows.c.step == "password",
    )
