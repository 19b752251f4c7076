"""Use cases about people: who came back from upstream, and numbers that change."""

from idp.people.service.change_number import NumberChanged, NumberNotChanged, change_personal_id
from idp.people.service.recognition import NotRecognised, Recognised, recognise

__all__ = [
    "NotRecognised",
    "NumberChanged",
    "NumberNotChanged",
    "Recognised",
    "change_personal_id",
    "recognise",
]
