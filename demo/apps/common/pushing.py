"""The authorization request pushed to the provider instead of written into an address (RFC 9126).

What a service asks about a person is then between it and the provider alone: nothing of it passes through the browser,
and nobody at the browser can change it. Authlib has made the request; here it is sent and replaced by its name.
"""

from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from demo.apps.common.client_auth import ClientAuth
from demo.apps.common.outcome import Reason, SignInRefused
from demo.apps.common.settings import AppSettings, ssl_context


async def push(address: str, *, endpoint: object, settings: AppSettings, auth: ClientAuth) -> str:
    """Push the request that an address holds; return the address that names it (§2.1, §4)."""
    if not isinstance(endpoint, str):
        raise SignInRefused(Reason.UNVERIFIED, "the provider takes no pushed requests")
    parts = urlsplit(address)
    request = dict(parse_qsl(parts.query, keep_blank_values=True))
    try:
        tls = ssl_context(settings.ca_bundle)
        async with httpx.AsyncClient(verify=tls, timeout=10.0, auth=auth.basic()) as client:
            answer = await client.post(endpoint, data=request | auth.form())
        told = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise SignInRefused(Reason.UNAVAILABLE, f"pushing: {type(error).__name__}") from error
    request_uri = told.get("request_uri") if isinstance(told, dict) else None
    if answer.status_code != httpx.codes.CREATED or not isinstance(request_uri, str):
        busy = answer.status_code >= httpx.codes.TOO_MANY_REQUESTS
        reason = Reason.UNAVAILABLE if busy else Reason.UNVERIFIED
        raise SignInRefused(reason, f"pushing was answered by {answer.status_code}")
    named = urlencode({"client_id": settings.client_id, "request_uri": request_uri})
    return parts._replace(query=named).geturl()
