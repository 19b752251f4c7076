"""What is done again and again for life events: days that pass, and the registers' feed."""

from idp.life_events.jobs.days import BATCH, end_papers, reach_ages
from idp.life_events.jobs.feed import FEED, PAGE, Follower, life_event
from idp.life_events.jobs.reading import READINGS, Readings

__all__ = [
    "BATCH",
    "FEED",
    "PAGE",
    "READINGS",
    "Follower",
    "Readings",
    "end_papers",
    "life_event",
    "reach_ages",
]
