"""Signing an account out everywhere, as its holder would in the app: `POST /__sign_out {"number"}`.

From a program on this machine, under the same setting as the faults. 200 `{"ended", "heard", "silent"}`.
"""

import json

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from federation.national_mock.accounts import normalise_login
from federation.national_mock.edge import no_store, read_body
from federation.national_mock.loopback import check_program
from federation.national_mock.service import Service, service_of


class _Order(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str = Field(min_length=1, max_length=64)


async def sign_out_order(request: Request) -> Response:
    check_program(request)
    try:
        order = _Order.model_validate(json.loads(await read_body(request)))
    except (ValidationError, ValueError):
        return no_store(JSONResponse({"error": "send {number}"}, status_code=400))
    return await run_in_threadpool(_sign_out, service_of(request), normalise_login(order.number))


def _sign_out(service: Service, number: str) -> Response:
    account = service.accounts.find_number(number)
    if account is None:
        return no_store(JSONResponse({"error": "not_found"}, status_code=404))
    ended = service.sessions.end_of_account(account.sub, now=service.now())
    for session in ended:
        service.server.codes.revoke_tokens(sub=session.sub, client_id=session.client_id)
    told = service.telling.tell(ended)
    return no_store(JSONResponse({"ended": len(ended), "heard": told.heard, "silent": told.silent}))
