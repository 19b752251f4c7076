"""The single exit for errors: page, redirect, JSON or Bearer challenge – decided by the refusal's own destination."""

import logging

from idp import metrics
from idp.clients.model import TooManyWait
from idp.credentials.hashing import HashingBusy
from idp.database import DatabaseUnavailable
from idp.edge.answer import Answer
from idp.edge.call import BadCall, Call
from idp.edge.interaction import let_go_declined
from idp.edge.kinds import JSON_PATHS
from idp.edge.over_limit import record_over_limit
from idp.edge.page import page
from idp.edge.page_route import logged_path
from idp.endpoints.authorization_response import authorization_response
from idp.endpoints.named_client import named_client
from idp.endpoints.service_left import service_left
from idp.limits.model import OverLimit
from idp.log import fields
from idp.protocol.authorization_response import error_parameters
from idp.protocol.errors import (
    AccessDenied,
    ConsentRequired,
    InvalidRequest,
    LoginRequired,
    ProtocolError,
    Refusal,
    ServerError,
    TemporarilyUnavailable,
    ToBearer,
    ToJson,
    ToPage,
    ToRedirect,
    UnmetAuthenticationRequirements,
)
from keys.jwe import CannotEncrypt
from keys.signer import SigningUnavailable

_log = logging.getLogger("hpid.refusal")
_RETRY_AFTER = ("retry-after", "2")
_LATER = {"waiting-full": ("retry-after", "60")}
_ANSWERS = (
    AccessDenied,
    ConsentRequired,
    LoginRequired,
    UnmetAuthenticationRequirements,
)
"""Not a wrong request but what a person said, or what a silent one (prompt=none) is told."""
_CASES = {404: "not-found", 403: "bad-request", 429: "too-many"}


def error_response(call: Call, error: Exception) -> Answer:
    """Return the answer for whatever an endpoint or a page raised."""
    match error:
        case Refusal():
            refusal = error
        case ProtocolError():
            refusal = Refusal(error, _default_destination(call))
        case BadCall():
            return _bad_call(call, error)
        case OverLimit():
            return _over_limit(call, error)
        case DatabaseUnavailable() | SigningUnavailable() | HashingBusy() | TooManyWait():
            unavailable = TemporarilyUnavailable("try again in a moment", detail=why_not(error))
            case = "busy" if isinstance(error, HashingBusy | TooManyWait) else "server"
            refusal = Refusal(unavailable, _default_destination(call, status=503, case=case))
        case CannotEncrypt():
            unreadable = InvalidRequest("this client shows no usable key to encrypt to", detail=str(error))
            refusal = Refusal(unreadable, _default_destination(call))
        case MemoryError():  # a fault, and told as one; but who comes again may be served
            short = TemporarilyUnavailable("try again in a moment", detail=type(error).__name__)
            return _answer(call, Refusal(short, _default_destination(call, status=503, case="server")))
        case _:
            fault = ServerError("a fault of ours; quote the reference", detail=type(error).__name__)
            return _answer(call, Refusal(fault, _default_destination(call, status=500, case="server")))
    _record(call, refusal)
    answer = _answer(call, refusal)
    return Answer(status=answer.status, headers=answer.headers, body=answer.body, note="expected")


def why_not(error: Exception) -> str:
    """Return what our log says of an outage, in the words of what is out: of one locked table nothing else tells."""
    return str(error) or type(error).__name__


def _answer(call: Call, refusal: Refusal) -> Answer:
    error = refusal.error
    match refusal.to:
        case ToPage(case=case, status=status, reason_key=reason_key):
            return _page(call, case, status, error, reason_key)
        case ToRedirect(redirect_uri=uri, state=state, response_mode=mode, ends=interaction_id):
            told = error_parameters(error, state=state, iss=call.provider.settings.issuer)
            gone = () if interaction_id is None else (let_go_declined(call, interaction_id),)
            return authorization_response(call, uri, told, *gone, response_mode=mode)
        case ToJson():
            answer = _json(error)
            if error.status == 401:  # RFC 9110 §15.5.2: there is a challenge, whichever way was tried
                return answer.with_headers(_challenge(call, "Basic", *_told(error)))
            return answer
        case ToBearer(bare=bare, scope=scope) if error.status < 500:
            return _asking_for_a_token(call, error, bare=bare, scope=scope)
        case ToBearer():  # nothing is wrong with the token
            return _json(error)


def _json(error: ProtocolError) -> Answer:
    answer = Answer.json(
        {"error": error.error, "error_description": error.error_description}, status=error.status
    )
    return answer.with_headers(_RETRY_AFTER) if error.status == 503 else answer


def _asking_for_a_token(call: Call, error: ProtocolError, *, bare: bool, scope: str | None) -> Answer:
    """Return the challenge of RFC 6750 §3; without a token neither it nor the body names an error (§3.1)."""
    wanted = () if scope is None else (f'scope="{scope}"',)
    if bare:
        return Answer.json({}, status=error.status).with_headers(_challenge(call, "Bearer", *wanted))
    return _json(error).with_headers(_challenge(call, "Bearer", *_told(error), *wanted))


def _told(error: ProtocolError) -> tuple[str, ...]:
    """Return the error once more, for libraries that read no further than a challenge; others skip it."""
    return f'error="{error.error}"', f'error_description="{error.error_description}"'


def _challenge(call: Call, scheme: str, *parts: str) -> tuple[str, str]:
    return "www-authenticate", ", ".join((f'{scheme} realm="{call.provider.settings.issuer}"', *parts))


def _page(
    call: Call,
    case: str,
    status: int,
    error: ProtocolError,
    reason_key: str | None = None,
    *,
    minutes: int | None = None,
) -> Answer:
    answer = page(
        call,
        "error.html",
        status=status,
        case=case,
        txn=call.txn,
        time=call.provider.clock.now(),
        developer=(error.error, error.error_description),
        rp=service_left(call),
        minutes=minutes,
        reason_key=reason_key,
        sends_cookies=bool(call.cookies()),
    )
    return answer.with_headers(_LATER.get(case, _RETRY_AFTER)) if status == 503 else answer


def _bad_call(call: Call, error: BadCall) -> Answer:
    _log.info(
        "bad call",
        extra=fields(txn=call.txn, path=logged_path(call.path), status=error.status, reason=error.reason),
    )
    if error.status != 404:  # what nobody serves anybody may ask for
        _count(call, f"bad call {error.status}")
    refused = InvalidRequest(error.reason)
    metrics.REFUSALS.add(refused.error)
    if call.path in JSON_PATHS:
        return Answer.json(
            {"error": refused.error, "error_description": refused.error_description}, status=error.status
        )
    return _page(call, _CASES.get(error.status, "bad-request"), error.status, refused)


def _over_limit(call: Call, error: OverLimit) -> Answer:
    """Answer 429 (RFC 6585 §4): JSON for programs, a page for people; counted once more nowhere but in the summary."""
    refused = record_over_limit(call, error, client_id=named_client(call))
    if call.path in JSON_PATHS:
        answer = Answer.json(
            {"error": refused.error, "error_description": refused.error_description}, status=429
        )
    else:
        answer = _page(call, "too-many", 429, refused, minutes=-(-error.retry_after // 60))
    return answer.with_headers(("retry-after", str(error.retry_after)))


def _default_destination(
    call: Call, *, status: int = 400, case: str = "bad-request"
) -> ToPage | ToJson | ToBearer:
    if call.path == "/userinfo":
        return ToBearer()
    if call.path in JSON_PATHS:
        return ToJson()
    return ToPage(case=case, status=status)


def _record(call: Call, refusal: Refusal) -> None:
    """Log the refusal, and count it for the summary of refusals where nobody was proved."""
    error = refusal.error
    metrics.REFUSALS.add(error.error)
    _log.info(
        "refused",
        extra=fields(
            txn=call.txn,
            path=logged_path(call.path),
            error=error.error,
            error_description=error.error_description,
            detail=error.detail,
        ),
    )
    if not isinstance(error, _ANSWERS):
        _count(call, f"{logged_path(call.path)} {error.error}")


def _count(call: Call, what: str) -> None:
    call.count_refusal(what, client_id=named_client(call))
