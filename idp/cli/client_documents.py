"""Registrations as operators write them: a file of client metadata, single members, and what is said by options."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from idp.cli.context import CommandFailed
from idp.clients.model import Client
from idp.ids import ClientId
from idp.protocol.client_metadata import MEMBERS, read_metadata, write_metadata
from idp.protocol.facts import ClientFacts, Profile
from keys.strict_json import parse_json_object

Document = Mapping[str, object]

_UNSAID: Document = {
    "grant_types": ["authorization_code", "refresh_token"],
    "backchannel_logout_session_required": True,
}
"""What a command without a file means where the specs' defaults are for strangers."""
_SCOPES = frozenset({"openid", "profile"})
_OWN_MEMBERS = frozenset({*MEMBERS, "client_id"})
_LARGEST_FILE = 1024 * 1024


def documents_of(
    client_id: str, file: Path | None, members: Iterable[str], options: Document
) -> list[Document]:
    """Return what to register: the registrations of the file, or one of options alone; options override a file."""
    said = {name: value for name, value in options.items() if value} | dict(map(_member, members))
    if client_id:
        said["client_id"] = client_id
    found = [_unsaid(said)] if file is None else _read(file)
    if len(found) > 1 and said:
        raise CommandFailed(f"{file}: holds several registrations; options would be for one")
    documents: list[Document] = [{**document, **said} for document in found]
    for document in documents:
        unknown = sorted(name for name in document if name.partition("#")[0] not in _OWN_MEMBERS)
        if unknown:  # a stranger's are ignored (RFC 7591 §2); an operator's is a slip of the pen
            raise CommandFailed("not client metadata: " + " ".join(unknown))
        if not isinstance(document.get("client_id"), str):
            raise CommandFailed("client_id: needed")
        if not any(name.partition("#")[0] == "client_name" for name in document):
            raise CommandFailed("client_name: needed")
    return documents


def _unsaid(said: Document) -> Document:
    """Return the defaults of a command; who is the API of a resource and names no way to sign in gets no tokens."""
    if "hpid_protected_resources" in said and not said.keys() & {"grant_types", "redirect_uris"}:
        return {**_UNSAID, "grant_types": []}
    return _UNSAID


def facts_of(document: Document, old: Client | None) -> ClientFacts:
    """Return the registration; who was disabled stays so, and a sector that is not named stays as it was."""
    client_id = str(document["client_id"])
    base = ClientFacts(
        client_id=ClientId(client_id),
        name="",
        name_en="",
        agency="",
        profile=Profile.CITY,
        enabled=old is None or old.facts.enabled,
        sector=client_id if old is None else old.facts.sector,
        redirect_uris=(),
        scopes=frozenset() if document.get("grant_types") == [] else _SCOPES,
    )
    return read_metadata(document, base, by_operator=True)


def read_jwks(file: Path) -> Document:
    """Return the JWK Set of a file; what it must hold registration says."""
    try:
        return parse_json_object(file.read_bytes()[:_LARGEST_FILE])
    except (OSError, ValueError) as error:
        raise CommandFailed(f"{file}: {error}") from error


def document_of(client: Client) -> dict[str, object]:
    """Return a registration as `add --from` takes it; secrets are not in it."""
    return {"client_id": client.facts.client_id, **write_metadata(client.facts, for_operator=True)}


def _member(text: str) -> tuple[str, object]:
    """Read NAME=VALUE; a value that is JSON is taken as such, any other as a string."""
    name, sign, value = text.partition("=")
    if not sign:
        raise CommandFailed("--set takes NAME=VALUE")
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError):
        return name, value


def _read(file: Path) -> list[Document]:
    try:
        text = file.read_bytes()[:_LARGEST_FILE].strip()
        if not text.startswith(b"["):
            return [parse_json_object(text)]
        documents = [parse_json_object(json.dumps(one).encode()) for one in json.loads(text)]
    except RecursionError:
        raise CommandFailed(f"{file}: JSON is nested too deeply") from None
    except (OSError, ValueError) as error:
        raise CommandFailed(f"{file}: {error}") from error
    if not documents:
        raise CommandFailed(f"{file}: holds no registration")
    return list(documents)
