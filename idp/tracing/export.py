"""Spans on their way to the collector: in batches, by a thread of the library, over OTLP and HTTP.

A collector that is away costs nothing but the spans: they are dropped when the queue is full.
"""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from idp.tracing import Tracing

_PATH = "/v1/traces"
_SECONDS = 2


def make_tracing(endpoint: str, *, share: float, release: str) -> Tracing:
    """Return a tracer of its own, apart from any that a library may set for the whole process."""
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(share)),
        resource=Resource({"service.name": "hpid", "service.version": release}),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + _PATH, timeout=_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(tracer=provider.get_tracer("hpid", release), shutdown=provider.shutdown)
