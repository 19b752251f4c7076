"""The ASGI adapter: protocol endpoints by one dictionary look-up, pages behind them (DESIGN 5.11).

Size limits and strictness stand here, in front of FastAPI too; so do the access line and the last resort for a fault.
Every request takes this way: what stands on it costs microseconds, and no copy is made of anything (adr/0003).
"""

import logging
from collections.abc import Callable, Mapping

from idp.admission import Busy, Kind
from idp.edge.answer import Answer
from idp.edge.asgi import CLOSE, Asgi, Receive, Reply, Scope, Send
from idp.edge.body import read_body, replay
from idp.edge.busy import BusyAnswers
from idp.edge.call import BadCall, Call, Endpoint
from idp.edge.cors import PATHS as CORS_PATHS
from idp.edge.cors import cors_headers
from idp.edge.head import body_length, call_of, check_head, is_plain
from idp.edge.kinds import kind_of
from idp.edge.page import bare_error_page
from idp.edge.page_route import logged_path, page_route
from idp.edge.peer import peer_prefix
from idp.log import fields, log_request
from idp.metrics import REQUEST_SECONDS
from idp.provider import Provider

Render = Callable[[Call, Exception], Answer]
Prepared = Callable[[Provider], Answer]

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_CLASSES = ("none", "1xx", "2xx", "3xx", "4xx", "5xx")
"""What a status is counted as; none was sent to who went away before."""
_faults = logging.getLogger("hpid.fault")


class Edge:
    """Routes = path → method → endpoint, one that ends in a slash for all below it.

    Addresses = path → method → page, of those that have one address; the framework in `pages` has the rest.
    Published = path → the answer to whoever asks for that and no more, the same as its endpoint's.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        routes: Mapping[str, Mapping[str, Endpoint]],
        addresses: Mapping[str, Mapping[str, Endpoint]],
        published: Mapping[str, Prepared],
        pages: Asgi,
        render: Render,
    ) -> None:
        self._provider = provider
        self._routes = routes
        self._roots = tuple(path for path in routes if path.endswith("/"))
        self._addresses = addresses
        self._published = published
        self._pages = pages
        self._render = render
        self._busy = BusyAnswers(provider)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection; lifespan belongs to the pages' application."""
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        provider = self._provider
        document = self._document(scope)
        if document is not None:
            await self._publish(document, scope, send)
            return
        kind = kind_of(scope["path"], scope["headers"])
        if not provider.admission.admits(kind):
            await self._refuse(kind, scope, send)
            return
        started = provider.clock.stopwatch()
        call = call_of(scope, provider)
        scope["hpid.txn"] = call.txn
        reply = Reply(send, is_head=call.method == "HEAD", closes=self._closes(scope))
        try:
            await self._serve(call, kind, scope, receive, reply)
        except Busy:
            await self._refuse(kind, scope, send)
            return
        except Exception as fault:
            # the last resort: whatever it is, the person gets a page and we get a line
            answer = _rendered(call, fault, self._render)
            if not reply.status:
                await reply.give(answer)
        route = self.name_of(scope)
        path, peer = logged_path(call.path), peer_prefix(call.peer)
        self._record(call.method, path, route, reply.status, txn=call.txn, started=started, peer=peer)

    def _document(self, scope: Scope) -> Answer | None:
        """Return what is published here, if that is all that is asked for: then nothing could be refused (adr/0003)."""
        find = self._published.get(scope["path"])
        if find is None or self._provider.admission.is_leaving or not is_plain(scope):
            return None
        try:
            return find(self._provider)
        except Exception:  # the endpoint runs into it too, and there it is told
            return None

    async def _publish(self, answer: Answer, scope: Scope, send: Send) -> None:
        """Give a document by the short way: counted, and no line in the log, as everybody is told the same."""
        clock = self._provider.clock
        started = clock.stopwatch()
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.raw})
        await send({"type": "http.response.body", "body": answer.body})
        REQUEST_SECONDS.add(clock.stopwatch() - started, scope["path"], _CLASSES[answer.status // 100])

    def _record(
        self, method: str, path: str, route: str, status: int, *, txn: str, started: float, peer: str
    ) -> None:
        """Count and log a request that is over, its path as the log keeps it."""
        clock = self._provider.clock
        seconds = clock.stopwatch() - started
        REQUEST_SECONDS.add(seconds, route, _CLASSES[status // 100])
        log_request(
            at=clock.wall_seconds(),
            txn=txn,
            method=method,
            path=path,
            status=status,
            seconds=seconds,
            peer=peer,
        )

    def name_of(self, scope: Scope) -> str:
        """Return the route under which a request is counted."""
        path: str = scope["path"]
        return self.route_of(path) or page_route(
            scope, has_address=self._page(path, scope["method"]) is not None
        )

    def _page(self, path: str, method: str) -> Endpoint | None:
        return self._addresses.get(path, {}).get("GET" if method == "HEAD" else method)

    def route_of(self, path: str) -> str | None:
        """Return the route that serves a path, if it is a protocol endpoint's."""
        if path in self._routes:
            return path
        return next((root for root in self._roots if path.startswith(root)), None)

    def _closes(self, scope: Scope) -> bool:
        """Tell whether the connection must end with this answer; HTTP/2 has frames for that, which the server sends."""
        return self._provider.admission.is_leaving and bool(scope["http_version"][0] == "1")

    async def _refuse(self, kind: Kind, scope: Scope, send: Send) -> None:
        """Tell whoever there is no room for when to come again; no line in the log, there would be too many."""
        retry_after = self._provider.admission.refused(kind)
        path, query, headers = scope["path"], scope["query_string"], scope["headers"]
        headers, body = self._busy.answer(path, query, headers, retry_after)
        if self._closes(scope):
            headers.append(CLOSE)
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _serve(self, call: Call, kind: Kind, scope: Scope, receive: Receive, reply: Reply) -> None:
        route = self.route_of(call.path)
        if route is not None:
            await reply.give(await self._answer(call, kind, self._routes[route], scope, receive))
            return
        check_head(call, scope)
        if call.path != "/" and (call.path.endswith("/") or not call.path.startswith("/")):
            # no address of ours is such a one; a framework would redirect by 307, to the host the request names
            raise BadCall(404, "no such address")
        scope["hpid.call"] = call
        if call.method in _WITH_BODY:
            call.body = await read_body(receive, body_length(call, scope))
        admission = self._provider.admission
        page = self._page(call.path, call.method)
        admission.enter(kind)
        try:
            if page is None:
                await self._pages(scope, replay(call.body, receive), reply)
            else:
                await reply.give(await run(page, call, self._render))
        finally:
            admission.leave(kind)

    async def _answer(
        self, call: Call, kind: Kind, methods: Mapping[str, Endpoint], scope: Scope, receive: Receive
    ) -> Answer:
        """Run one protocol endpoint; whatever becomes of it, CORS headers ride along."""
        endpoint = methods.get("GET" if call.method == "HEAD" else call.method)
        origin = call.headers.get("origin") if call.path in CORS_PATHS else None
        try:
            check_head(call, scope)
            if endpoint is not None and call.method in _WITH_BODY:
                call.body = await read_body(receive, body_length(call, scope))
        except BadCall as refusal:
            answer = _rendered(call, refusal, self._render)
        else:
            if endpoint is not None:
                answer = await self._run(endpoint, call, kind)
            elif call.method == "OPTIONS" and origin is not None:
                origins = self._provider.configuration.origins
                return Answer(status=204, headers=cors_headers(origin, origins, preflight=True))
            else:
                answer = _not_allowed(methods)
        if origin is None:
            return answer
        headers = cors_headers(origin, self._provider.configuration.origins, preflight=False)
        return answer.with_headers(*(header for header in headers if header not in answer.headers))

    async def _run(self, endpoint: Endpoint, call: Call, kind: Kind) -> Answer:
        admission = self._provider.admission
        admission.enter(kind)
        try:
            return await run(endpoint, call, self._render)
        finally:
            admission.leave(kind)


async def run(endpoint: Endpoint, call: Call, render: Render) -> Answer:
    """Run an endpoint or a page; whatever it raises is rendered by the one exit."""
    try:
        return await endpoint(call)
    except Exception as refusal:  # the exit knows refusals from faults
        return _rendered(call, refusal, render)


def _not_allowed(methods: Mapping[str, Endpoint]) -> Answer:
    refused = {"error": "invalid_request", "error_description": "method not allowed"}
    return Answer.json(refused, status=405).with_headers(("allow", ", ".join(sorted(methods))))


def _rendered(call: Call, error: Exception, render: Render) -> Answer:
    try:
        answer = render(call, error)
    except Exception as broken:  # not even its page can be made
        _faults.error("fault", exc_info=broken, extra=fields(txn=call.txn, path=logged_path(call.path)))
        answer = bare_error_page(call)
    if answer.status >= 500 and answer.note != "expected":
        _faults.error("fault", exc_info=error, extra=fields(txn=call.txn, path=logged_path(call.path)))
    return answer
