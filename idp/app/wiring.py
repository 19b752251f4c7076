"""The provider made of its settings: each part once, handed to whoever needs it."""

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlsplit

from federation.fetch import FETCH_SECONDS, MOST_CONNECTIONS, Fetcher, origin_of
from federation.health import Circuit
from federation.national_eid import NationalEid
from federation.oidc import OidcUpstream
from federation.register_reader import RegisterReader
from federation.waiting_room import WaitingRoom
from idp.admission import Admission
from idp.app.release import release
from idp.audit.reads import ReadsRecorded
from idp.audit.summary import Summaries
from idp.clients.keys import ClientKeys
from idp.clients.request_documents import RequestDocuments
from idp.clients.waiting import Waiting
from idp.clock import Clock
from idp.configuration.cache import ConfigurationCache
from idp.configuration.readiness import ReadinessCheck
from idp.credentials.hashing import PasswordHashing
from idp.database import Database
from idp.endpoints.upstream_callback import PATH as UPSTREAM_CALLBACK
from idp.life_events.jobs import Readings
from idp.limits.service import Limits
from idp.messages.senders import senders_of
from idp.protocol.front_channel import offered_response_types
from idp.provider import Provider
from idp.risk.places import places_of
from idp.settings import Settings, UnsafeSettings
from idp.signing_keys.timed import TimedKeyring
from idp.tracing import Tracing, start_tracing
from idp.transaction import Tx
from idp.ui.pages import Pages, Site
from keys.envelope import Vault
from keys.keyring import Keyring
from keys.master import MasterKey
from keys.pkcs11.device import Device

_ASSERTION_ALGS = ("ES256", "PS256", "RS256", "EdDSA")
"""By which we prove ourselves at the registers, the first that a key of ours signs."""
_OF_REGISTRATIONS = 8
"""Calls at once that registrations cause."""
_OF_REQUEST_OBJECTS = 32
"""Calls at once that anybody causes who names a request object; twice as many as are waited for."""


def make_provider(settings: Settings, clock: Clock | None = None) -> Provider:
    """Wire the provider; raises KeyFileError when the master key can't be used."""
    clock = clock or Clock()
    vault = Vault(MasterKey.load(settings.master_key_path))
    tracing = start_tracing(settings, release=release())
    database_of, fetcher_of = _ways_out(tracing)
    database = database_of(
        settings.effective_database_url,
        Tx.unit(vault, clock),
        pool=settings.database_pool,
        prepared=settings.database_prepared,
        clock=clock,
    )
    keyring = TimedKeyring(vault, (), clock=clock, device=signing_device(settings))
    configuration = ConfigurationCache(database, keyring, clock)
    admission = Admission(settings.most_requests)
    fetcher = _fetcher(fetcher_of, settings, MOST_CONNECTIONS)
    national_fetcher = _fetcher(
        fetcher_of, settings, settings.national_connections, time_limit=settings.national_time_limit
    )
    registers = _registers(settings, national_fetcher, keyring, clock)
    waiting = Waiting(settings.most_requests // 4)
    return Provider(
        settings=settings,
        admission=admission,
        response_types=offered_response_types(in_front=settings.is_certification),
        clock=clock,
        database=database,
        vault=vault,
        keyring=keyring,
        configuration=configuration,
        readiness=ReadinessCheck(database, configuration, keyring, admission, clock),
        pages=Pages(_site(settings)),
        fetcher=fetcher,
        registration_fetcher=_fetcher(fetcher_of, settings, _OF_REGISTRATIONS),
        client_keys=ClientKeys(fetcher, clock, waiting=waiting),
        request_documents=RequestDocuments(
            _fetcher(fetcher_of, settings, _OF_REQUEST_OBJECTS), waiting=waiting
        ),
        national=_national(settings, national_fetcher),
        national_fetcher=national_fetcher,
        national_circuit=Circuit(),
        registers=registers,
        readings=_readings(settings, registers, database, clock),
        waiting_room=WaitingRoom(
            places=min(settings.national_connections - 2, max(settings.most_requests // 5, 1)),
            most_waiting=settings.national_waiting,
        ),
        hashing=PasswordHashing(vault),
        summaries=Summaries(),
        reads=ReadsRecorded(),
        limits=Limits(database),
        places=places_of(settings.risk.places),
        senders=senders_of(settings, fetcher),
        tracing=tracing,
    )


def _site(settings: Settings) -> Site:
    return Site(
        host=urlsplit(settings.issuer).netloc,
        issuer=settings.issuer,
        test_environment=settings.test_environment,
        upstream=settings.national_name,
        upstream_en=settings.national_name_en,
        release=release(),
    )


def signing_device(settings: Settings) -> Device | None:
    """Return the device that makes and keeps signing keys, if the settings name one."""
    if settings.pkcs11_module is None or settings.pkcs11_pin_file is None:
        return None
    return Device(
        module=settings.pkcs11_module,
        token=settings.pkcs11_token,
        pin_file=settings.pkcs11_pin_file,
        time_limit=settings.pkcs11_time_limit,
    )


def _ways_out(
    tracing: Tracing | None,
) -> tuple[Callable[..., Database[Tx]], Callable[..., Fetcher]]:
    """Return what makes the database and the fetchers: with spans around their calls, if traces are asked for."""
    if tracing is None:
        return Database, Fetcher
    from idp.tracing.calls import TracedDatabase, TracedFetcher

    return partial(TracedDatabase, tracing), partial(TracedFetcher, tracing)


def _fetcher(
    fetcher_of: Callable[..., Fetcher],
    settings: Settings,
    connections: int,
    *,
    time_limit: float = FETCH_SECONDS,
) -> Fetcher:
    return fetcher_of(
        total_timeout=time_limit,
        allowed_loopback=_loopback_origins(settings),
        loopback_hosts=frozenset(settings.loopback_hosts),
        ca_bundle=settings.ca_bundle,
        connections=connections,
    )


def _loopback_origins(settings: Settings) -> frozenset[str]:
    try:
        return frozenset(map(origin_of, settings.loopback_origins))
    except ValueError as error:
        raise UnsafeSettings(
            "HPID_LOOPBACK_ORIGINS takes origins such as http://localhost:8001, separated by commas"
        ) from error


def _registers(settings: Settings, fetcher: Fetcher, keyring: Keyring, clock: Clock) -> RegisterReader | None:
    if settings.national_issuer is None or not settings.registers_every:
        return None

    async def sign(claims: Mapping[str, object]) -> str:
        algorithms = keyring.algorithms()
        alg = next((one for one in _ASSERTION_ALGS if one in algorithms), _ASSERTION_ALGS[0])
        return await keyring.sign(claims, typ="JWT", alg=alg)

    return RegisterReader(
        fetcher,
        issuer=settings.national_issuer,
        client_id=settings.national_client_id,
        sign=sign,
        new_jti=clock.token,
    )


def _readings(
    settings: Settings, reader: RegisterReader | None, database: Database[Tx], clock: Clock
) -> Readings | None:
    if reader is None:
        return None
    return Readings(
        database=database,
        reader=reader,
        clock=clock,
        circuit=Circuit(),
        old_after=settings.life.register_reading,
    )


def _national(settings: Settings, fetcher: Fetcher) -> NationalEid | None:
    if settings.national_issuer is None:
        return None
    upstream = OidcUpstream(
        fetcher,
        issuer=settings.national_issuer,
        client_id=settings.national_client_id,
        client_secret=settings.national_client_secret.get_secret_value(),
        redirect_uri=settings.issuer + UPSTREAM_CALLBACK,
    )
    return NationalEid(upstream, patience=settings.national_patience)
