"""The fault in force: how the national system fails or lies just now, for tests and rehearsals.

`POST /__faults {"mode", "seconds", "amount"}` from a program on this machine, or the page `/faults` in a browser here, if
the setting allows it. `seconds` is when the fault ends by itself (never if not said); `amount` is the fault's own number
(fault_list.py). For `slow` without an amount, `seconds` is the amount. Faults of ID tokens are in broken_tokens.py, those
that hit every address alike in faulty_service.py.
"""

import json
from collections.abc import Callable
from functools import cached_property

from joserfc.jwk import RSAKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from federation.national_mock import broken_tokens, signing_key
from federation.national_mock.edge import no_store, read_body
from federation.national_mock.fault_list import FAULTS, MODES, NONE
from federation.national_mock.loopback import check_program

_DAY = 86400.0


class FaultOrder(BaseModel):
    """What to do wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: str
    seconds: float = Field(default=0, ge=0, le=_DAY)
    amount: float | None = Field(default=None, ge=-_DAY, le=_DAY)


class Faults:
    """The fault in force; none at start."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._order = FaultOrder(mode=NONE)
        self._ends_at: float | None = None

    def order(self, order: FaultOrder) -> None:
        """Put a fault in force, or end it with mode none; ValueError for a mode or an amount that there is not."""
        fault = FAULTS.get(order.mode)
        if order.mode not in MODES:
            raise ValueError("unknown mode")
        if order.amount is not None and (
            fault is None or fault.amount is None or (order.amount <= 0 and fault.amount != "clock")
        ):
            raise ValueError("no such amount")
        if order.mode == "slow" and order.amount is None and order.seconds:
            order = FaultOrder(mode=order.mode, amount=order.seconds)
        self._ends_at = self._now() + order.seconds if order.seconds else None
        self._order = order

    @property
    def mode(self) -> str:
        return NONE if self._ends_at is not None and self._now() >= self._ends_at else self._order.mode

    @property
    def ends_at(self) -> float | None:
        """The moment at which the fault in force ends by itself; None: not by itself."""
        return self._ends_at

    @property
    def amount(self) -> float:
        """The number of the fault in force."""
        usual = FAULTS[self._order.mode].usual if self._order.mode in FAULTS else 0.0
        return usual if self._order.amount is None else self._order.amount

    @property
    def token_mode(self) -> str | None:
        """The way in which ID tokens are wrong now, if they are."""
        return self.mode if self.mode in (*broken_tokens.MODES, broken_tokens.ROTATED) else None

    @cached_property
    def next_key(self) -> RSAKey:
        """The key that comes after the real one: `key_rotated` signs with it and publishes both."""
        return signing_key.make()


async def faults_endpoint(request: Request) -> Response:
    """Tell (GET) or change (POST) the fault in force."""
    faults: Faults = request.app.state.service.faults
    check_program(request)
    if request.method == "POST":
        try:
            order = FaultOrder.model_validate(json.loads(await read_body(request)))
        except (ValidationError, ValueError):
            return JSONResponse({"error": "send {mode, seconds, amount}"}, status_code=400)
        try:
            faults.order(order)
        except ValueError as error:
            return JSONResponse({"error": str(error), "modes": MODES}, status_code=400)
    return no_store(JSONResponse({"mode": faults.mode, "modes": MODES}))
