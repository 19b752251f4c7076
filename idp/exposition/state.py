"""What a process says of itself when it is asked: read from its objects, never from the database."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import Metric as Family

from idp.exposition.families import gauge
from idp.metrics import Metric
from idp.provider import Provider


class State:
    """The levels of one process, read in the listener's thread: each is one number or a few."""

    def __init__(self, provider: Provider, *, release: str, certificate_expires: datetime | None) -> None:
        self._provider = provider
        self._release = release
        self._certificate_expires = certificate_expires

    def collect(self) -> Iterator[Family]:
        """Yield what there is to say now."""
        provider, now = self._provider, self._provider.clock.now()
        load = provider.database.load
        expires = self._certificate_expires
        levels: Mapping[Metric, float | None] = {
            Metric.REQUESTS_UNDER_WAY: provider.admission.under_way,
            Metric.DATABASE_CONNECTIONS: load.in_use,
            Metric.DATABASE_CONNECTIONS_MOST: load.most,
            Metric.DATABASE_WAITING: load.waiting,
            Metric.HASHING_WAITING: provider.hashing.waiting,
            Metric.CONFIGURATION_AGE: provider.configuration.age,
            Metric.TIME: now.timestamp(),
            Metric.CERTIFICATE_EXPIRES: None if expires is None else expires.timestamp(),
        }
        for metric, level in levels.items():
            if level is not None:
                yield gauge(metric, {(): level})
        if provider.national is not None:
            room = provider.waiting_room
            yield gauge(Metric.UPSTREAM_EXCHANGES, {("national",): float(room.busy)})
            yield gauge(Metric.UPSTREAM_WAITING, {("national",): float(room.waiting)})
            yield gauge(Metric.UPSTREAM_DOWN, {("national",): float(provider.is_national_down(now))})
        yield gauge(Metric.RELEASE, {(self._release,): 1})
