"""The one loop that runs every job: sends the outbox, numbers the record, erases what has expired.

A job that fails is logged and tried again at its next turn; none stops the others. `serve` embeds it on SQLite; on
PostgreSQL any number of `hpid worker` run beside the nodes, each batch being claimed by one statement.
"""

from idp.worker.jobs import JOBS, SUMMARIES
from idp.worker.sending import post_of, relay_of
from idp.worker.working import look_once, look_upstream, work, write_summaries

__all__ = [
    "JOBS",
    "SUMMARIES",
    "look_once",
    "look_upstream",
    "post_of",
    "relay_of",
    "work",
    "write_summaries",
]
