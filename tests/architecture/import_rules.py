"""The import rules that import-linter can't say: who may touch which library and which of ours.

DESIGN §3. Each rule takes a path and source text and returns sentences, so that tests can plant a violation.
"""

import ast
import re
import sys
from collections.abc import Iterator

from tests.architecture.source_tree import OURS, Import, imports_of, tree_of

_FACES = ("idp/citizen/**", "idp/developer/**", "idp/admin/**", "idp/ui/**", "idp/app/serving.py")
_SQL = (
    "idp/**/store*",
    "idp/**/store*/**",
    "idp/reports/**",
    "idp/database.py",
    "idp/database/**",
    "idp/transaction.py",
)
_ENGINE = ("idp/database.py", "idp/database/**", "migrations/**")

LIBRARY_HOMES: dict[str, tuple[str, ...]] = {
    "fastapi": _FACES,
    "starlette": _FACES,
    "sqlalchemy": (*_SQL, "migrations/**"),
    "alembic": ("migrations/**", "idp/cli/**"),
    "sqlite3": _ENGINE,
    "asyncpg": _ENGINE,
    "aiosqlite": _ENGINE,
    "psycopg": _ENGINE,
    "cryptography": ("keys/**",),
    "ctypes": ("keys/pkcs11/cryptoki.py", "demo/run/children.py"),
    "joserfc": ("keys/**",),
    "authlib": ("idp/protocol/registration.py", "idp/protocol/discovery.py"),
    "passlib": ("idp/credentials/**",),
    "argon2": ("idp/credentials/**",),
    "pyotp": ("idp/credentials/totp.py",),
    "webauthn": ("idp/credentials/passkey.py",),
    "cbor2": (),
    "OpenSSL": (),
    "httpx": ("federation/fetch.py",),
    "http.client": ("federation/fetch.py",),
    "urllib.request": ("federation/fetch.py",),
    "PIL": ("idp/clients/logo.py",),
    "stdnum": ("idp/organisations/enterprise_code.py", "demo/**"),
    "smtplib": ("idp/messages/smtp.py",),
    "pydantic": (
        "idp/settings.py",
        "idp/lifetimes.py",
        "idp/risk_settings.py",
        "idp/scim/**",
        "idp/cli/**",
        *_FACES,
    ),
    "pydantic_settings": ("idp/settings.py", "idp/lifetimes.py", "idp/risk_settings.py"),
    "typer": ("idp/cli/**",),
    "prometheus_client": ("idp/exposition/**",),
    "opentelemetry": ("idp/tracing/**",),
}
"""Library → the only places that may import it."""

FORBIDDEN_LIBRARIES = (
    "jwt",
    "jose",
    "jwcrypto",
    "authlib.jose",
    "requests",
    "aiohttp",
    "urllib3",
    "pickle",
    "marshal",
    "shelve",
)
"""No place at all: a second JOSE or HTTP library, or a format that runs what it reads."""

_PURE = ("idp.ids", "keys.jose", "keys.jwe", "keys.jwk", "keys.public_keys", "keys.certificate")
OWN_MODULES: dict[str, tuple[str, ...]] = {
    "idp/protocol/": ("idp.protocol", *_PURE),
    "federation/": ("federation", *_PURE),
    "keys/": ("keys",),
    "resource_server/": ("resource_server",),
}
"""Folder → the only modules of ours that it may import."""

STDLIB_ONLY = ("idp/protocol/", "federation/")
"""Folders that use no library but those of LIBRARY_HOMES that name them."""

_FLOOR = (
    "idp.ids",
    "idp.protocol",
    "idp.settings",
    "idp.clock",
    "idp.log",
    "idp.metrics",
    "idp.days",
    "idp.name_fold",
    "keys",
    "federation",
)
_USE_CASES = ("service", "relay", "jobs")
_TAKES_ALONG = {
    "credentials": ("idp.sessions.service",),
    "sessions": ("idp.conflicts.service", "idp.risk.rules", "idp.risk.service"),
    "organisations": ("idp.mandates.service", "idp.sessions.service"),
    "mandates": ("idp.sessions.service", "idp.conflicts.service"),
    "officials": ("idp.sessions.service", "idp.conflicts.service"),
    "interactions": ("idp.mandates.service", "idp.officials.service", "idp.risk.rules"),
    "people": ("idp.conflicts.service",),
    "merges": (
        "idp.conflicts.service",
        "idp.data_rights.service",
        "idp.mandates.service",
        "idp.people.service",
        "idp.sessions.service",
    ),
    "consents": ("idp.sessions.service",),
    "data_rights": (
        *(
            "idp.life_events",
            "idp.organisations.service",
            "idp.people",
            "idp.reports",
            "idp.sessions.service",
        ),
    ),
    "cases": ("idp.conflicts.service",),
    "life_events": (
        *(
            "idp.mandates.service",
            "idp.organisations",
            "idp.people",
            "idp.sessions.service",
            "idp.conflicts.service",
            "idp.cases.service",
            "idp.credentials.service",
            "federation",
        ),
    ),
}
"""Feature → use cases of another that its own call: an organisation's mandates begin and end with it; who leaves loses
their official sessions, and those a session reached must be told, as its own service alone knows how; for whom somebody
may act is for mandates and posts to say; what happens to somebody reaches all of these; what no rule may settle goes into
the stewards' queue; a merge ends sessions, and carries a restriction with what it ends, and
a split takes addresses away as their person does, claims and notices with them."""
_FEATURE = re.compile(
    r"idp/(?P<feature>people|organisations|mandates|officials|credentials|sessions|interactions|clients|grants|subjects"
    r"|consents|upstreams|signing_keys|audit|outbox|messages|limits|risk|emergency|backup|life_events|merges|conflicts|cases"
    r"|data_rights)"
    r"/(?P<file>\w+)"
)
_VALUES = re.compile(
    r"idp\.\w+\.model\b|idp\.audit\.(events|occasion)\b|idp\.people\.ages\b|idp\.life_events\.working_days\b"
    r"|idp\.organisations\.agency_code\b"
)
"""What any feature may import of another: its values and their one form, and how ages and working days are counted."""
_CONNECTS = {"open_connection", "create_connection", "open_unix_connection", "sock_connect"}


def violations(path: str, source: str) -> list[str]:
    """Return a sentence for every import of this file that the design forbids."""
    found = []
    for imported in imports_of(path, source):
        broken = [*_library(path, imported), *_own(path, imported), *_feature(path, imported)]
        found += [f"{path}:{imported.line} imports {imported.module}: {reason}" for reason in broken]
    return found + list(_connections(path, source)) + list(_awaits(path, source))


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a path is one of these: `**` is any depth, `*` anything within one name."""
    return any(_expression(pattern).fullmatch(path) for pattern in patterns)


def _expression(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/?|\*)", pattern)
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts))


def _library(path: str, imported: Import) -> Iterator[str]:
    if path.startswith("resource_server/"):  # a kit of its own, used without the rest
        return
    for library, homes in LIBRARY_HOMES.items():
        if imported.is_within(library) and not matches(path, homes):
            yield f"only {', '.join(homes)} may"
    yield from (
        f"{library} is not used here" for library in FORBIDDEN_LIBRARIES if imported.is_within(library)
    )
    top = imported.module.partition(".")[0]
    outside = top not in sys.stdlib_module_names and top not in OURS and top not in LIBRARY_HOMES
    if outside and path.startswith(STDLIB_ONLY):
        yield "only the standard library"


def _own(path: str, imported: Import) -> Iterator[str]:
    if imported.module.partition(".")[0] not in OURS:
        return
    for folder, allowed in OWN_MODULES.items():
        if path.startswith(folder) and not any(imported.is_within(module) for module in allowed):
            yield f"of ours, {folder} may import only {', '.join(allowed)}"
    if imported.is_within("bench"):
        yield "nothing imports bench"


def _feature(path: str, imported: Import) -> Iterator[str]:
    place = _FEATURE.match(path)
    if place is None or imported.module.partition(".")[0] not in OURS:
        return
    feature, file = place["feature"], place["file"]
    if imported.is_within(f"idp.{feature}"):
        return
    if _VALUES.match(imported.module):
        return
    if file in _USE_CASES and any(imported.is_within(module) for module in _TAKES_ALONG.get(feature, ())):
        return
    if not any(imported.is_within(module) for module in _floor_of(file)):
        yield "another feature is reached through Tx, its values through its model"


def _floor_of(file: str) -> tuple[str, ...]:
    if file in _USE_CASES:
        return (*_FLOOR, "idp.database", "idp.transaction")
    return (*_FLOOR, "idp.database") if file.startswith("store") else _FLOOR


def _connections(path: str, source: str) -> Iterator[str]:
    if path in {"federation/fetch.py", "idp/messages/smtp.py"}:
        return
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Attribute) and node.attr in _CONNECTS:
            yield f"{path}:{node.lineno} calls {node.attr}: only federation/fetch.py opens connections"


def _awaits(path: str, source: str) -> Iterator[str]:
    if not path.startswith("idp/protocol/"):
        return
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield f"{path}:{node.lineno} awaits: protocol rules are pure"
