"""Use cases of mandates. Each changes rows and records itself in the transaction it is handed."""

from idp.mandates.service.archives import close_archive, last_representatives, leave_archive
from idp.mandates.service.choices import choices_of, held
from idp.mandates.service.coming_of_age import end_of_minority, move_majority
from idp.mandates.service.contests import clear, contest
from idp.mandates.service.desk import appoint_at_desk
from idp.mandates.service.disowned import end_unanswered
from idp.mandates.service.disputed import end_given, end_taken, others_act
from idp.mandates.service.endings import (
    Ended,
    confirm_removal,
    end_by_desk,
    end_by_person,
    end_of_organisation,
    end_of_person,
    held_of_firm,
)
from idp.mandates.service.firm_endings import end_firm
from idp.mandates.service.firms import appoint_firm, name_delegate
from idp.mandates.service.offers import (
    Offer,
    accept,
    decline,
    invitee_of,
    offer,
    offered_to,
    shown_as,
    take_back,
)
from idp.mandates.service.registers import appoint_guardian, replace_parents, replace_representatives
from idp.mandates.service.telling import Deed, tell_other_representatives

__all__ = [
    "Deed",
    "Ended",
    "Offer",
    "accept",
    "appoint_at_desk",
    "appoint_firm",
    "appoint_guardian",
    "choices_of",
    "clear",
    "close_archive",
    "confirm_removal",
    "contest",
    "decline",
    "end_by_desk",
    "end_by_person",
    "end_firm",
    "end_given",
    "end_of_minority",
    "end_of_organisation",
    "end_of_person",
    "end_taken",
    "end_unanswered",
    "held",
    "held_of_firm",
    "invitee_of",
    "last_representatives",
    "leave_archive",
    "move_majority",
    "name_delegate",
    "offer",
    "offered_to",
    "others_act",
    "replace_parents",
    "replace_representatives",
    "shown_as",
    "take_back",
    "tell_other_representatives",
]
