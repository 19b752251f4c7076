"""Recovering an account, holding high-risk acts back afterwards, and what a one-stop desk does for it."""

from idp.recovery.service.binding import Binding, bind, proved_by
from idp.recovery.service.desk import Paper, Seen, confirm_case, open_case
from idp.recovery.service.holding import held_until
from idp.recovery.service.recovering import Recovered, recover

__all__ = [
    "Binding",
    "Paper",
    "Recovered",
    "Seen",
    "bind",
    "confirm_case",
    "held_until",
    "open_case",
    "proved_by",
    "recover",
]
