"""Use cases about people: who came back from upstream, and numbers that change, where they are reached."""

from idp.people.service.change_number import NumberChanged, NumberNotChanged, change_personal_id
from idp.people.service.contact_opens import let_open
from idp.people.service.contacts import ContactOutcome, ContactResult, NewContact, ask, confirm, remove
from idp.people.service.looks import LOOKS, record_look
from idp.people.service.own_contacts import all_contacts
from idp.people.service.recognition import NotRecognised, Recognised, recognise

__all__ = [
    "LOOKS",
    "ContactOutcome",
    "ContactResult",
    "NewContact",
    "NotRecognised",
    "NumberChanged",
    "NumberNotChanged",
    "Recognised",
    "all_contacts",
    "ask",
    "change_personal_id",
    "confirm",
    "let_open",
    "recognise",
    "record_look",
    "remove",
]
