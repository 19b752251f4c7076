"""No file of the provider imports what DESIGN §3 forbids it, and every rule notices a planted violation."""

import pytest

from tests.architecture.import_rules import matches, violations
from tests.architecture.source_tree import python_files, source_of

FILES = [
    path
    for path in python_files("idp", "federation", "keys", "resource_server", "migrations")
    if not path.startswith("federation/national_mock/")
]

PLANTED = [
    ("idp/endpoints/token/__init__.py", "from fastapi import Request"),
    ("idp/endpoints/userinfo.py", "from starlette.responses import Response"),
    ("idp/edge.py", "import starlette"),
    ("idp/sessions/service/starting.py", "from sqlalchemy import select"),
    ("idp/citizen/history.py", "import sqlalchemy as sa"),
    ("idp/cli/people.py", "import asyncpg"),
    ("idp/clients/service.py", "def f():\n    from cryptography.hazmat.primitives import hashes"),
    ("idp/protocol/id_token.py", "from joserfc import jwt"),
    ("idp/endpoints/register.py", "from authlib.oauth2.rfc7591 import ClientMetadataClaims"),
    ("idp/citizen/sign_in.py", "from passlib.hash import argon2"),
    ("idp/credentials/password.py", "import pyotp"),
    ("idp/citizen/passkey.py", "from webauthn import verify_authentication_response"),
    ("idp/credentials/passkey.py", "import cbor2"),
    ("idp/outbox/relay.py", "import httpx"),
    ("federation/oidc.py", "import urllib.request"),
    ("idp/outbox/relay.py", "import smtplib"),
    ("idp/grants/model.py", "from pydantic import BaseModel"),
    ("keys/jose.py", "import jwt"),
    ("idp/cli/__init__.py", "import requests"),
    ("idp/interactions/model.py", "import pickle"),
    ("idp/protocol/pkce.py", "from idp.settings import Settings"),
    ("idp/protocol/pkce.py", "from idp.grants.model import Code"),
    ("idp/protocol/dpop.py", "from keys.keyring import Keyring"),
    ("idp/protocol/claims.py", "import jinja2"),
    ("idp/protocol/next_step.py", "async def decide() -> None: ..."),
    ("federation/oidc.py", "from idp.upstreams.model import Upstream"),
    ("federation/oidc.py", "import structlog"),
    ("keys/keyring.py", "from idp.clock import Clock"),
    ("keys/local.py", "from ..idp import clock"),
    ("resource_server/token.py", "from keys.jose import verify"),
    ("idp/grants/service.py", "from idp.sessions.store import table"),
    ("idp/grants/service.py", "from idp.sessions.service import end_session"),
    ("idp/organisations/entry.py", "from idp.mandates.service import end_of_organisation"),
    ("idp/mandates/service/endings.py", "from idp.organisations.service import change_status"),
    ("idp/grants/store.py", "from idp.transaction import Tx"),
    ("idp/people/name_parts.py", "from idp.consents import store"),
    ("idp/reports/history.py", "import bench"),
    ("idp/worker/loop.py", "import importlib\nimportlib.import_module('httpx')"),
    ("idp/messages/sms.py", "import asyncio\nasync def f():\n    await asyncio.open_connection('h', 25)"),
]

PERMITTED = [
    ("idp/organisations/service/status.py", "from idp.mandates.service import end_of_organisation"),
    ("idp/citizen/sign_in.py", "from fastapi import APIRouter"),
    ("idp/ui/templates.py", "from starlette.templating import Jinja2Templates"),
    (
        "idp/grants/store/codes.py",
        "import sqlalchemy as sa\nfrom idp.grants.model import Code\nfrom idp.database import metadata",
    ),
    ("idp/grants/store_refresh.py", "import sqlalchemy as sa"),
    ("idp/protocol/registration.py", "from authlib.oauth2.rfc7591 import ClientMetadataClaims"),
    (
        "idp/protocol/dpop.py",
        "import hmac\nfrom keys.jose import verify\nfrom idp.protocol.errors import InvalidRequest",
    ),
    (
        "federation/fetch.py",
        "import asyncio\nimport httpx\nasync def f():\n    await asyncio.open_connection('h', 443)",
    ),
    ("idp/credentials/totp.py", "import pyotp"),
    ("idp/credentials/passkey.py", "from webauthn.helpers import parse_authenticator_data"),
    (
        "idp/grants/service.py",
        "from idp.transaction import Tx\nfrom idp.sessions.model import Session\nfrom idp.clock import Clock",
    ),
    (
        "idp/sessions/model.py",
        "from idp.settings import Lifetimes\nfrom idp.protocol.facts import SessionFacts",
    ),
]


def test_no_file_imports_what_the_design_forbids_it() -> None:
    assert [sentence for path in FILES for sentence in violations(path, source_of(path))] == []


@pytest.mark.parametrize(("path", "source"), PLANTED)
def test_a_planted_violation_is_caught(path: str, source: str) -> None:
    found = violations(path, source)

    assert found
    assert all(sentence.startswith(f"{path}:") for sentence in found)


@pytest.mark.parametrize(("path", "source"), PERMITTED)
def test_what_the_design_permits_passes(path: str, source: str) -> None:
    assert violations(path, source) == []


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("idp/grants/store.py", "idp/**/store*", True),
        ("idp/grants/store/codes.py", "idp/**/store*/**", True),
        ("idp/grants/restore.py", "idp/**/store*", False),
        ("federation/fetch.py", "federation/fetch.py", True),
        ("federation/fetchXpy", "federation/fetch.py", False),
    ],
)
def test_a_home_is_matched_by_whole_names(path: str, pattern: str, expected: bool) -> None:
    assert matches(path, (pattern,)) is expected
