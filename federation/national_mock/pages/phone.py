"""`/phone`: the phone that scanned a code, and confirms who signs in on the other screen.

The form carries the code, a secret of two minutes, and the person's own passcode; besides it counts from our own origin
only. Wrong passcodes count with the wrong passwords of the same number.
"""

import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from federation.national_mock.accounts import normalise_login
from federation.national_mock.clients import host_of
from federation.national_mock.edge import PageRefused, read_form
from federation.national_mock.pages.render import language_of, page
from federation.national_mock.scans import Scan, normalise_code
from federation.national_mock.service import Service, service_of
from federation.national_mock.viet_nam import local
from federation.national_mock.words import say

_DIGITS = re.compile(r"[0-9]{2}")
_MAX_TYPED = 64


def show_phone(request: Request) -> Response:
    """GET /phone: what the code is for, or where to type it."""
    service, code = service_of(request), normalise_code(request.query_params.get("c", ""))
    scan = service.scans.find(code, now=service.now()) if code else None
    error = say(language_of(request), "error.scan_code") if code and scan is None else ""
    return _page(request, code, scan, error=error)


async def take_phone(request: Request) -> Response:
    """POST /phone."""
    if request.headers.get("origin") != service_of(request).settings.issuer:
        raise PageRefused(status=403, word="error.forbidden")
    fields = await read_form(request)
    return await run_in_threadpool(_take, request, fields)


def _take(request: Request, fields: dict[str, str]) -> Response:
    service, code, language = service_of(request), normalise_code(fields.get("c", "")), language_of(request)
    scan = service.scans.find(code, now=service.now())
    if scan is None:
        return _page(request, "", None, error=say(language, "error.scan_code"))
    if fields.get("action") == "deny":
        service.scans.refuse(code, now=service.now())
        return _page(request, code, None, done="denied")
    login = normalise_login(fields.get("number", "")[:_MAX_TYPED])
    if wait := service.throttle.reserve(login, now=service.now()):
        error = say(language, "error.throttled", minutes=-(-wait // 60))
        return _page(request, code, scan, error=error, number=login, status=429)
    account = service.accounts.check_password(login, fields.get("passcode", ""))
    if account is None or account.account_type != "citizen":
        return _page(request, code, scan, error=say(language, "error.credentials"), number=login)
    service.throttle.clear(login)
    digits = "".join(fields.get("digits", "").split())
    return _match(request, service, code, scan, sub=account.sub, login=login, digits=digits)


def _match(
    request: Request, service: Service, code: str, scan: Scan, *, sub: str, login: str, digits: str
) -> Response:
    """The passcode was right: the digits must be those on the other screen."""
    if _DIGITS.fullmatch(digits) and service.scans.confirm(code, sub=sub, digits=digits, now=service.now()):
        return _page(request, code, None, done="confirmed")
    left = service.scans.count_wrong(code, now=service.now())
    language = language_of(request)
    if not left:
        return _page(request, "", None, error=say(language, "error.scan_code"))
    return _page(request, code, scan, error=say(language, "error.scan_digits", left=left), number=login)


def _page(
    request: Request,
    code: str,
    scan: Scan | None,
    *,
    error: str = "",
    done: str = "",
    number: str = "",
    status: int = 200,
) -> Response:
    service = service_of(request)
    client = service.server.query_client(scan.client_id) if scan else None
    ends_at = local(scan.expires_at if scan else 0)
    values = {
        "scan": scan,
        "code": code,
        "client_name": client.name if client else "",
        "client_host": host_of(scan.redirect_uri) if scan else "",
        "until": ends_at.strftime("%H:%M:%S"),
        "personas": service.personas,
        "number": number,
        "error": error,
        "done": done,
    }
    keep = {"c": code} if scan else {}
    return page(request, "phone_scan.html", values, language=language_of(request), status=status, keep=keep)
