"""What a registration says about other servers, asked there: its sector, its logo, and where we may be made to call.

OpenID Connect Registration §2 and §5, Core §8.1. One error for whatever goes wrong there, so that nobody learns about
our network by registering (SECURITY D01). Addresses are checked again at every later call (federation/fetch.py).
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from federation.fetch import Fetcher, FetchFailed
from idp.clients.model import Logo, UnusableLogo
from idp.log import fields
from idp.protocol.facts import ClientFacts
from idp.protocol.registered_fields import refuse
from keys.strict_json import parse_json_array

_CALLED = ("jwks_uri", "backchannel_logout_uri")
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_DRAWING = ThreadPoolExecutor(1, thread_name_prefix="hpid-logo")
"""One at a time: a large image takes a second of a processor, and RSA signs on the threads that all share."""
_log = logging.getLogger("hpid.clients.outside")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A registration that may be stored, with the logo to store beside it if there is a new one."""

    facts: ClientFacts
    logo: Logo | None


async def ask_outside(
    client: ClientFacts,
    fetcher: Fetcher,
    *,
    before: ClientFacts | None = None,
    names_sector: bool = False,
    by_operator: bool = False,
) -> Checked:
    """Return the registration with its sector and logo, or refuse it by the name of the member.

    `before`: what was registered; its logo stays while its server is away. `names_sector`: somebody of ours did. An
    operator may register a service whose name is not in the DNS yet.
    """
    await check_called_addresses(client, fetcher, with_names=not by_operator)
    sector = await _find_sector(client, fetcher)
    found = replace(client, sector=client.sector if names_sector else sector, logo=None)
    if client.logo_uri is None:
        return Checked(facts=found, logo=None)
    logo = await _fetch_logo(client.logo_uri, fetcher)
    kept = before.logo if before is not None and before.logo_uri == client.logo_uri else None
    if logo is None and kept is None:
        refuse("logo_uri", "must lead to a PNG or JPEG image of at most 256 KiB and 4 million pixels")
    return Checked(facts=replace(found, logo=kept if logo is None else logo.digest), logo=logo)


async def check_called_addresses(client: ClientFacts, fetcher: Fetcher, *, with_names: bool) -> None:
    """Refuse addresses that we may be made to call and never would: of our own network, or of none."""
    named = [(member, getattr(client, member)) for member in _CALLED]
    called = [(member, uri) for member, uri in named if uri is not None]
    called += {
        urlsplit(uri).netloc: ("request_uris", uri.partition("#")[0]) for uri in client.request_uris
    }.values()
    await asyncio.gather(*(_check(member, uri, fetcher, with_names=with_names) for member, uri in called))


async def _check(member: str, uri: str, fetcher: Fetcher, *, with_names: bool) -> None:
    try:
        if with_names:
            await fetcher.check(uri)
        else:
            fetcher.check_form(uri)
    except FetchFailed as error:
        _log.info("address refused", extra=fields(member=member, reason=str(error), detail=error.detail))
        if urlsplit(uri).hostname in _THIS_MACHINE:
            refuse(
                member,
                "this machine is called in development alone, and where HPID_LOOPBACK_ORIGINS names the origin",
            )
        refuse(member, "not an address that we call: https, a public name, port 443 or 8443")


async def _find_sector(client: ClientFacts, fetcher: Fetcher) -> str:
    """Return the sector of a client that nobody named one for: the host its redirect URIs share or vouch for (§8.1).

    It begins with `host:`, so that it never is one that an operator chose. Addresses of this machine, of native
    applications, and of several hosts that nobody vouches for, belong to no host: such a client is a sector of its own,
    and shares its subjects with no other.
    """
    if client.sector_identifier_uri is not None:
        await _check_sector_file(client, client.sector_identifier_uri, fetcher)
        return f"host:{urlsplit(client.sector_identifier_uri).hostname}"
    hosts = {urlsplit(uri).hostname or "" for uri in client.redirect_uris}
    if len(hosts) != 1 or hosts & _THIS_MACHINE or client.application_type == "native":
        return client.client_id
    return f"host:{hosts.pop()}"


def needs_sector_identifier(client: ClientFacts) -> bool:
    """Tell whether redirect URIs of several hosts need somebody to vouch that they are one sector's (Core §8.1).

    For who wants pairwise subjects by name: who says nothing leaves them to us (Registration §2). This machine is one
    host however it is called: an application takes whichever address it can have (RFC 8252 §7.3).
    """
    is_named = client.sector_identifier_uri is not None
    return len(_hosts(client)) > 1 and client.subject_type == "pairwise" and not is_named


def moves(before: ClientFacts, after: ClientFacts) -> bool:
    """Tell whether a client would lead people to a host it had no address in, and no sector file vouches for.

    What they agreed to would go along. A sector that is no host's (several hosts, a native application) tells no move.
    """
    return after.sector_identifier_uri is None and not _hosts(after) <= _hosts(before)


def _hosts(client: ClientFacts) -> set[str | None]:
    named = {urlsplit(uri).hostname for uri in client.redirect_uris}
    return {"this machine" if host in _THIS_MACHINE else host for host in named}


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


async def _fetch_logo(uri: str, fetcher: Fetcher) -> Logo | None:
    try:
        answer = await fetcher.get(uri, accept="image/png, image/jpeg")
        if answer.status != 200:
            return None
        return await asyncio.get_running_loop().run_in_executor(_DRAWING, _draw, answer.body)
    except FetchFailed as error:
        _log.info("no logo", extra=fields(reason=str(error), detail=error.detail))
    except UnusableLogo as error:
        _log.info("no logo", extra=fields(reason=str(error)))
    return None


def _draw(body: bytes) -> Logo:
    from idp.clients.logo import draw_logo  # what it draws with is large, and commands should start quickly

    return draw_logo(body)
