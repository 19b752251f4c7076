"""Everything the endpoints need, put together once – the composition root of this service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import RSAKey
from sqlalchemy import Engine
from starlette.requests import Request

from federation.national_mock import signing_key, userinfo
from federation.national_mock.accounts import AccountEntry, AccountStore, read_accounts
from federation.national_mock.authorization_server import NationalServer
from federation.national_mock.client_assertions import ClientAssertions
from federation.national_mock.clients import PRIVATE_KEY_JWT, Client
from federation.national_mock.codes import CodeStore
from federation.national_mock.database import open_database
from federation.national_mock.faults import Faults
from federation.national_mock.flows import FlowStore
from federation.national_mock.grants import CodeGrant, S256Only, StrictParameters
from federation.national_mock.id_token import IdToken
from federation.national_mock.logout import EndSession
from federation.national_mock.passwords import PasswordHashes
from federation.national_mock.registers.loading import read_registers, registers_of
from federation.national_mock.registers.store import RegisterStore
from federation.national_mock.scans import ScanStore
from federation.national_mock.sessions import SessionStore
from federation.national_mock.settings import Settings
from federation.national_mock.system_grant import SystemGrant
from federation.national_mock.telling import Telling
from federation.national_mock.throttle import Throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The running service."""

    settings: Settings
    now: Callable[[], int]
    engine: Engine
    accounts: AccountStore
    personas: tuple[AccountEntry, ...]
    """Listed on the sign-in page with their passwords; empty unless the setting shows them."""
    registers: RegisterStore
    flows: FlowStore
    scans: ScanStore
    throttle: Throttle
    faults: Faults
    key: RSAKey
    server: NationalServer
    sessions: SessionStore
    telling: Telling
    protector: Any


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service: Service = request.app.state.service
    return service


def build(settings: Settings, *, clock: Callable[[], float]) -> Service:
    """Open the database, load the accounts, make or read the key, wire Authlib."""
    engine = open_database(settings.database)
    entries = read_accounts(settings.accounts_path)
    accounts = AccountStore(engine, PasswordHashes())
    accounts.replace_all(entries)
    faults = Faults(clock)
    key = signing_key.load_or_make(settings.keys_dir)
    server = NationalServer(
        issuer=settings.issuer,
        clients=[Client.from_settings(client) for client in settings.clients],
        accounts=accounts,
        codes=CodeStore(engine),
        sessions=SessionStore(engine),
        faults=faults,
        now=lambda: int(clock()),
    )
    server.register_grant(CodeGrant, [S256Only(required=False), StrictParameters(), IdToken(server, key)])
    server.register_client_auth_method(
        PRIVATE_KEY_JWT, ClientAssertions(engine, issuer=settings.issuer, now=server.now)
    )
    server.register_grant(SystemGrant)
    server.register_endpoint(EndSession(server, key))
    path = settings.registers_path
    registers = RegisterStore(engine)
    registers.replace_all(read_registers(path) if path else registers_of(entries), now=server.now())
    noted = tuple(entry for entry in entries if entry.persona_note_vi or entry.persona_note_en)
    return Service(
        settings=settings,
        now=server.now,
        engine=engine,
        accounts=accounts,
        personas=noted if settings.show_personas else (),
        registers=registers,
        flows=FlowStore(engine),
        scans=ScanStore(engine),
        throttle=Throttle(engine),
        faults=faults,
        key=key,
        server=server,
        sessions=server.sessions,
        telling=Telling(issuer=settings.issuer, key=key, client_of=server.query_client, now=server.now),
        protector=userinfo.protect(server),
    )
