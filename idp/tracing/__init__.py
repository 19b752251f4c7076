"""Traces of requests for an OpenTelemetry collector; off unless HPID_OTEL_ENDPOINT names one (adr/0025).

Nothing here imports OpenTelemetry until it is on: it is an extra of the installation. No attribute holds a query, a body,
a header, an address, or a path as it was asked: a span says which route, which status, how long.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from idp.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer


class TracingMissing(Exception):
    """Traces are asked for, and what makes them is not installed; the text says what to install."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracing:
    """What makes spans, and how to send the last of them."""

    tracer: "Tracer"
    shutdown: Callable[[], None]


def start_tracing(settings: Settings, *, release: str) -> Tracing | None:
    """Return what makes spans, None when it is off; raises TracingMissing without the extra."""
    if settings.otel_endpoint is None:
        return None
    try:
        from idp.tracing.export import make_tracing
    except ImportError as error:
        raise TracingMissing("HPID_OTEL_ENDPOINT needs the extra: install haiphong-id[otel]") from error
    return make_tracing(settings.otel_endpoint, share=settings.otel_share, release=release)
