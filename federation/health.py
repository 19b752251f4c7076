"""A circuit breaker: when an upstream keeps failing, stop sending people there for a while. Pure but for its counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_FAILURES_TO_OPEN = 3
_PAUSE = timedelta(seconds=30)


@dataclass(slots=True)
class Circuit:
    """Closed: go. Open: the upstream is down, since `opened_at`; after a pause one attempt probes it."""

    failures: int = 0
    opened_at: datetime | None = None
    probe_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Tell whether people should be told it is down; False again when a probe is due."""
        return self.probe_at is not None and now < self.probe_at

    def succeeded(self) -> None:
        """Close the circuit."""
        self.failures = 0
        self.opened_at = None
        self.probe_at = None

    def failed(self, now: datetime) -> None:
        """Count a failure; the third in a row opens the circuit."""
        self.failures += 1
        if self.failures >= _FAILURES_TO_OPEN:
            self.opened_at = self.opened_at or now
            self.probe_at = now + _PAUSE
