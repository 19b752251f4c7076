"""Who may order faults and enter events: programs on this machine, and the panel's own pages in a browser here."""

from starlette.requests import Request

from federation.national_mock.edge import PageRefused

_LOOPBACK = ("127.0.0.1", "::1")


def check_program(request: Request) -> None:
    """Let in programs on this machine only; a page in a browser here is refused by its Origin or its form type."""
    is_json = request.headers.get("content-type", "").startswith("application/json")
    if not is_local(request) or "origin" in request.headers or (request.method == "POST" and not is_json):
        raise PageRefused(status=403, word="error.forbidden")


def check_person(request: Request) -> None:
    """Let in a browser on this machine; a form counts from our own origin only."""
    service = request.app.state.service
    is_ours = request.method == "GET" or request.headers.get("origin") == service.settings.issuer
    if not is_local(request) or not is_ours:
        raise PageRefused(status=403, word="error.forbidden")


def is_local(request: Request) -> bool:
    """Tell whether the request comes from this machine."""
    return request.client is not None and request.client.host in _LOOPBACK
