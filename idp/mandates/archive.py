"""What is left to who represented a dissolved organisation last: its archive, to be read (adr/0041). Pure."""

from dataclasses import replace

from idp.days import day_of, end_of
from idp.mandates.model import Mandate, Powers, Role, Source
from idp.people.ages import birthday

ARCHIVE_YEARS = 10
"""As long as the accounting records of a dissolution are kept (Decree 174/2016/NĐ-CP, Art. 13)."""


def archive_of(representative: Mandate) -> Mandate:
    """Return a representative's mandate as one for the archive, which begins when this one does and ends by itself."""
    begins = day_of(representative.valid_from)
    return replace(
        representative,
        source=Source.REGISTER,
        role=Role.ARCHIVE,
        powers=Powers.LISTED,
        services=(),
        valid_to=end_of(birthday(begins, ARCHIVE_YEARS)),
        ended_at=None,
        end_reason="",
    )
