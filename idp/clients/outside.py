"""What a registration says about other servers, asked there: the sector, and where we may be made to call.

OpenID Connect Registration §5, Core §8.1. One error for whatever goes wrong there, so that nobody learns about our
network by registering (SECURITY D01). Addresses are checked again at every later call (federation/fetch.py).
"""

import asyncio
import logging
from urllib.parse import urlsplit

from federation.fetch import Fetcher, FetchFailed
from idp.log import fields
from idp.protocol.facts import ClientFacts
from idp.protocol.registered_fields import refuse
from keys.strict_json import parse_json_array

_CALLED = ("jwks_uri", "backchannel_logout_uri")
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_log = logging.getLogger("hpid.clients.outside")


async def check_called_addresses(client: ClientFacts, fetcher: Fetcher) -> None:
    """Refuse addresses that we may be made to call and never would: of our own network, or of none."""
    named = [(member, getattr(client, member)) for member in _CALLED]
    called = [(member, uri) for member, uri in named if uri is not None]
    called += {
        urlsplit(uri).netloc: ("request_uris", uri.partition("#")[0]) for uri in client.request_uris
    }.values()
    await asyncio.gather(*(_check(member, uri, fetcher) for member, uri in called))


async def find_sector(client: ClientFacts, fetcher: Fetcher) -> str:
    """Return the sector of a client that nobody named one for: the host its redirect URIs share or vouch for (§8.1).

    It begins with `host:`, so that it never is one that an operator chose. Addresses of this machine, and of native
    applications, belong to no host: such a client is a sector of its own.
    """
    if client.sector_identifier_uri is not None:
        await _check_sector_file(client, client.sector_identifier_uri, fetcher)
        return f"host:{urlsplit(client.sector_identifier_uri).hostname}"
    hosts = {urlsplit(uri).hostname or "" for uri in client.redirect_uris}
    if len(hosts) > 1 and client.subject_type == "pairwise":
        refuse("sector_identifier_uri", "needed, since redirect_uris have several hosts")
    if len(hosts) != 1 or hosts & _THIS_MACHINE or client.application_type == "native":
        return client.client_id
    return f"host:{hosts.pop()}"


async def _check_sector_file(client: ClientFacts, uri: str, fetcher: Fetcher) -> None:
    """Refuse unless the file is a JSON array that holds every redirect URI (Registration §5)."""
    try:
        answer = await fetcher.get(uri)
        listed = set(parse_json_array(answer.body)) if answer.status == 200 else set[object]()
    except FetchFailed as error:
        _log.info("no sector file", extra=fields(reason=str(error), detail=error.detail))
        listed = set()
    except (ValueError, TypeError):  # no JSON, or an array of what can't be compared
        listed = set()
    if not listed.issuperset(client.redirect_uris):
        refuse("sector_identifier_uri", "must lead to a JSON array with every redirect_uri")


async def _check(member: str, uri: str, fetcher: Fetcher) -> None:
    try:
        await fetcher.check(uri)
    except FetchFailed as error:
        _log.info("address refused", extra=fields(member=member, reason=str(error), detail=error.detail))
        refuse(member, "not an address that we call: https, a public name, port 443 or 8443")
