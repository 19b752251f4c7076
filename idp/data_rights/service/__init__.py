"""Use cases of people's rights over their data. Each changes rows and records itself in the transaction it is handed."""

from idp.data_rights.service.closing import close_account, why_not_closed
from idp.data_rights.service.copying import ask_for_copy, keep_copy, take_copy
from idp.data_rights.service.document import document, opened
from idp.data_rights.service.requests import (
    Wanted,
    end_requests_since,
    make_request,
    requests_of,
    take_closing_back,
    withdraw_request,
)
from idp.data_rights.service.restricting import carry_restriction, lift_own, restrict
from idp.data_rights.service.working import (
    answer_request,
    close_request,
    complete_request,
    extend_request,
    read_request,
    refuse_request,
)

__all__ = [
    "Wanted",
    "answer_request",
    "ask_for_copy",
    "carry_restriction",
    "close_account",
    "close_request",
    "complete_request",
    "document",
    "end_requests_since",
    "extend_request",
    "keep_copy",
    "lift_own",
    "make_request",
    "opened",
    "read_request",
    "refuse_request",
    "requests_of",
    "restrict",
    "take_closing_back",
    "take_copy",
    "why_not_closed",
    "withdraw_request",
]
