"""`/faults`: the faults in words, ordered by a form, in a browser on this machine.

The form counts from our own origin only, so no other page can order anything.
"""

from math import isfinite

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from federation.national_mock.edge import read_form
from federation.national_mock.fault_list import GROUPS, NONE
from federation.national_mock.faults import FaultOrder
from federation.national_mock.loopback import check_person
from federation.national_mock.pages.render import language_of, page
from federation.national_mock.service import service_of


def show_panel(request: Request) -> Response:
    """GET /faults."""
    check_person(request)
    return _panel(request, {})


async def order_fault(request: Request) -> Response:
    """POST /faults."""
    check_person(request)
    fields = await read_form(request)
    try:
        order = _order(fields)
        service_of(request).faults.order(order)
    except ValueError:
        return _panel(request, fields, status=400)
    return RedirectResponse("/faults", status_code=303, headers={"Cache-Control": "no-store"})


def _order(fields: dict[str, str]) -> FaultOrder:
    if fields.get("action") == "end":
        return FaultOrder(mode=NONE)
    mode = fields.get("mode", "")
    if mode in {"", NONE}:
        raise ValueError("choose one")
    amount = _number(fields.get("amount", ""))
    has_amount = any(fault.mode == mode and fault.amount for group in GROUPS.values() for fault in group)
    return FaultOrder(
        mode=mode, seconds=_number(fields.get("seconds", "")) or 0, amount=amount if has_amount else None
    )


def _number(typed: str) -> float | None:
    text = typed.strip().replace(",", ".").replace("\u2212", "-")
    if not text:
        return None
    number = float(text)
    if not isfinite(number):
        raise ValueError("not a number")
    return number


def _panel(request: Request, typed: dict[str, str], *, status: int = 200) -> Response:
    faults = service_of(request).faults
    values = {
        "groups": GROUPS,
        "mode": faults.mode,
        "chosen": typed.get("mode", ""),
        "seconds": typed.get("seconds", ""),
        "amount": typed.get("amount", ""),
        "wrong": status != 200,
    }
    return page(request, "faults.html", values, language=language_of(request), status=status)
