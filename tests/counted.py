"""What instruments count while a test goes on: they count for the whole process, so a test looks at the difference."""

from collections.abc import Mapping

from idp.metrics import Counts, Timings


class Since:
    """What an instrument has counted since a moment; the process counts for all tests."""

    def __init__(self, instrument: Counts | Timings) -> None:
        self._instrument = instrument
        self._before = self._now()

    def _now(self) -> Mapping[tuple[str, ...], int]:
        return {
            labels: int(sum(row[:-1])) if isinstance(row, tuple) else int(row)
            for labels, row in self._instrument.series().items()
        }

    @property
    def counted(self) -> dict[tuple[str, ...], int]:
        now = self._now()
        return {
            labels: more for labels, count in now.items() if (more := count - self._before.get(labels, 0))
        }
