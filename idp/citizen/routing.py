"""The citizen pages by address, and as routes of FastAPI; each page itself speaks Call and Answer."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request, Response

from idp.citizen import (
    account,
    account_home,
    act_for,
    administrator,
    ask_why,
    consent,
    contact_sign_in,
    contacts,
    devices,
    dispute,
    history,
    history_file,
    home,
    lock,
    logo,
    national,
    new_password,
    not_me,
    otp,
    papers,
    password,
    preferences,
    recovery_code,
    sessions,
    sign_in,
    sign_out,
    status,
    step_up,
    unlock,
    waiting,
)
from idp.citizen.codes import entering, sending
from idp.citizen.cross_device import computer, phone
from idp.citizen.data import asking, closing, copying, number
from idp.citizen.data import overview as data
from idp.citizen.mandates import acts, appointing, clients, organisation, overview, receipt
from idp.citizen.methods import overview as methods
from idp.citizen.methods import password as own_password
from idp.citizen.methods import recovery_codes, removing
from idp.citizen.methods import totp as own_totp
from idp.citizen.passkeys import adding, changing
from idp.citizen.passkeys import listing as passkeys
from idp.citizen.passkeys import sign_in as passkey
from idp.citizen.recover import desk as recover_desk
from idp.citizen.recover import ladder, renew
from idp.citizen.services import pages as services
from idp.edge import Answer, Call, Endpoint
from idp.edge.page import STATUS
from idp.ui.info import INFO_PAGES
from idp.ui.static import STATIC

Run = Callable[[Endpoint, Call], Awaitable[Answer]]

_PAGES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/", home.front),
    ("GET", "/sign-in", sign_in.show),
    ("POST", "/sign-in/cancel", sign_in.cancel),
    ("GET", "/step-up", step_up.show),
    ("GET", "/sign-in/national", national.show),
    ("POST", "/sign-in/national", national.go),
    ("GET", "/sign-in/waiting", waiting.show),
    ("GET", "/sign-in/password", password.show),
    ("POST", "/sign-in/password", password.check),
    ("GET", "/sign-in/otp", otp.show),
    ("POST", "/sign-in/otp", otp.check),
    ("GET", "/sign-in/recovery", recovery_code.show),
    ("POST", "/sign-in/recovery", recovery_code.check),
    ("POST", "/sign-in/recovery/kept", recovery_code.keep),
    ("GET", "/sign-in/code", sending.show),
    ("POST", "/sign-in/code", sending.send),
    ("GET", "/sign-in/code/enter", entering.show),
    ("POST", "/sign-in/code/enter", entering.check),
    ("GET", "/sign-in/passkey", passkey.show),
    ("POST", "/sign-in/passkey", passkey.check),
    ("GET", "/sign-in/qr", computer.show),
    ("POST", "/sign-in/qr", computer.start),
    ("GET", "/sign-in/qr/state", computer.state),
    ("POST", "/sign-in/qr/confirmed", computer.go_on),
    ("GET", "/q", phone.show_typing),
    ("POST", "/q", phone.type_code),
    ("POST", "/q/sign-in", phone.sign_in),
    ("GET", "/q/{code}", phone.show),
    ("POST", "/q/{code}", phone.decide),
    ("GET", "/sign-in/papers", papers.show),
    ("GET", "/sign-in/new-password", new_password.show),
    ("GET", "/recover", ladder.show),
    ("POST", "/recover", ladder.go),
    ("GET", "/recover/renew", renew.show),
    ("POST", "/recover/renew", renew.do),
    ("GET", "/recover/desk", recover_desk.show),
    ("POST", "/recover/desk", recover_desk.check),
    ("POST", "/recover/desk/bind", recover_desk.do),
    ("GET", "/act-for", act_for.show),
    ("POST", "/act-for", act_for.answer),
    ("GET", "/consent", consent.show),
    ("POST", "/consent", consent.answer),
    ("POST", "/end_session/confirm", sign_out.confirm),
    ("GET", "/signed-out", sign_out.show),
    ("POST", "/account/sign-in", account.start),
    ("GET", "/account", account_home.show),
    ("GET", "/account/methods", methods.show),
    ("GET", "/account/methods/password", own_password.show),
    ("POST", "/account/methods/password", own_password.change),
    ("GET", "/account/methods/totp", own_totp.show),
    ("POST", "/account/methods/totp", own_totp.bind),
    ("GET", "/account/methods/recovery-codes", recovery_codes.show),
    ("POST", "/account/methods/recovery-codes", recovery_codes.make),
    ("GET", "/account/methods/remove", removing.show),
    ("POST", "/account/methods/remove", removing.do),
    ("GET", "/account/sessions", sessions.show),
    ("POST", "/account/sessions", sessions.end),
    ("POST", "/account/devices", devices.change),
    ("GET", "/account/methods/passkeys", passkeys.show),
    ("GET", "/account/methods/passkeys/add", adding.show),
    ("POST", "/account/methods/passkeys/add", adding.bind),
    ("GET", "/account/methods/passkeys/rename", changing.show_rename),
    ("POST", "/account/methods/passkeys/rename", changing.rename),
    ("GET", "/account/methods/passkeys/remove", changing.show_remove),
    ("POST", "/account/methods/passkeys/remove", changing.remove),
    ("GET", "/account/contacts", contacts.show),
    ("POST", "/account/contacts", contacts.send),
    ("GET", "/account/contacts/code", contacts.show_code),
    ("POST", "/account/contacts/code", contacts.check_code),
    ("GET", "/account/contacts/sign-in", contact_sign_in.show),
    ("POST", "/account/contacts/sign-in", contact_sign_in.change),
    ("GET", "/account/contacts/remove", contacts.show_removal),
    ("POST", "/account/contacts/remove", contacts.take_away),
    ("GET", "/account/services", services.show),
    ("GET", "/account/services/service", services.show_one),
    ("GET", "/account/services/receipt", services.receipt),
    ("POST", "/account/services/withdraw", services.withdraw),
    ("GET", "/account/number", number.show),
    ("POST", "/account/number", number.look),
    ("GET", "/account/data", data.show),
    ("POST", "/account/data/copy", copying.ask),
    ("POST", "/account/data/copy/file", copying.download),
    ("POST", "/account/data/copy/page", copying.read),
    ("GET", "/account/data/request", asking.show),
    ("POST", "/account/data/request", asking.send),
    ("POST", "/account/data/request/withdraw", asking.take_back),
    ("POST", "/account/data/restriction", asking.lift),
    ("GET", "/account/data/close", closing.show),
    ("POST", "/account/data/close", closing.begin),
    ("GET", "/account/history", history.show),
    ("GET", "/account/history/file", history_file.show),
    ("GET", "/account/history/not-me", not_me.show),
    ("POST", "/account/history/not-me", not_me.lock),
    ("GET", "/account/history/ask-why", ask_why.show),
    ("POST", "/account/history/ask-why", ask_why.ask),
    ("GET", "/not-me", dispute.show),
    ("POST", "/not-me", dispute.lock),
    ("GET", "/lock", lock.show),
    ("POST", "/lock", lock.by_session),
    ("POST", "/lock/recovery", lock.by_code),
    ("GET", "/unlock", unlock.show),
    ("POST", "/unlock", unlock.start),
    ("GET", "/account/mandates", overview.show),
    ("GET", "/account/mandates/organisation", organisation.show),
    ("GET", "/account/mandates/person", appointing.show),
    ("POST", "/account/mandates/person", appointing.post),
    ("GET", "/account/mandates/firm", appointing.show),
    ("POST", "/account/mandates/firm", appointing.post),
    ("GET", "/account/mandates/clients", clients.show),
    ("POST", "/account/mandates/clients", clients.name),
    ("GET", "/account/mandates/act", acts.show),
    ("POST", "/account/mandates/act", acts.do),
    ("GET", "/account/mandates/receipt", receipt.show),
    ("POST", "/language", preferences.set_language),
    ("POST", "/theme", preferences.set_theme),
    ("POST", "/text-size", preferences.set_text_size),
    ("GET", "/administrator", administrator.show),
    ("POST", "/administrator/start", administrator.start),
    ("POST", "/administrator/totp", administrator.finish),
    *(("GET", path, home.info) for path in INFO_PAGES),
    ("GET", STATUS, status.show),
    *(("GET", path, home.asset) for path in STATIC),
    ("GET", "/static/{name}", home.asset),
    ("GET", "/favicon.ico", home.favicon),
    ("GET", "/logo/{name}", logo.show),
)


ADDRESSES: Mapping[str, Mapping[str, Endpoint]] = {
    path: {method: endpoint for method, other, endpoint in _PAGES if other == path}
    for path in {path for _, path, _ in _PAGES if "{" not in path}
}
"""Path → method → page: a look-up in front of the framework finds a page in microseconds (adr/0003)."""


def citizen_router(run: Run) -> APIRouter:
    """Return the router; `run` calls a page and renders what it refuses."""
    router = APIRouter(include_in_schema=False)
    for method, path, endpoint in _PAGES:
        methods = ["GET", "HEAD"] if method == "GET" else [method]
        router.add_api_route(path, route(endpoint, run), methods=methods, response_class=Response)
    return router


def route(endpoint: Endpoint, run: Run) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint as FastAPI calls it."""

    async def serve(request: Request) -> Response:
        return to_response(await run(endpoint, request.scope["hpid.call"]))

    return serve


def to_response(answer: Answer) -> Response:
    """Return the answer as Starlette sends it."""
    response = Response(content=answer.body, status_code=answer.status)
    response.raw_headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in (*answer.headers, ("content-length", str(len(answer.body))))
    ]
    return response
