"""Use cases of life events: each changes state, ends what the table says, and records itself, in one transaction."""

from idp.life_events.service.ages import came_of_age
from idp.life_events.service.applying import apply_event, leave_unresolved
from idp.life_events.service.disowning import Locked, disown, disown_by_link, lock_own
from idp.life_events.service.ending import carry_out
from idp.life_events.service.levels import settle_level
from idp.life_events.service.papers import settle_card, settle_residence
from idp.life_events.service.reading import take_reading
from idp.life_events.service.reopening import unlock_own
from idp.life_events.service.requests import Letter, RequestRefused, decide_request, enter_request
from idp.life_events.service.settling import NotSettled, read_unresolved, settle_unresolved
from idp.life_events.service.standing import grounds_of, lift_ground, open_ground

__all__ = [
    "Letter",
    "Locked",
    "NotSettled",
    "RequestRefused",
    "apply_event",
    "came_of_age",
    "carry_out",
    "decide_request",
    "disown",
    "disown_by_link",
    "enter_request",
    "grounds_of",
    "leave_unresolved",
    "lift_ground",
    "lock_own",
    "open_ground",
    "read_unresolved",
    "settle_card",
    "settle_level",
    "settle_residence",
    "settle_unresolved",
    "take_reading",
    "unlock_own",
]
