"""The tables of life events, one file each."""

from idp.life_events.store.cursors import CursorStore
from idp.life_events.store.grounds import GroundStore
from idp.life_events.store.lock_requests import LockRequestStore
from idp.life_events.store.readings import ReadingStore
from idp.life_events.store.states import LifeStateStore
from idp.life_events.store.unresolved import UnresolvedStore
from idp.life_events.store.words import WordStore

__all__ = [
    "CursorStore",
    "GroundStore",
    "LifeStateStore",
    "LockRequestStore",
    "ReadingStore",
    "UnresolvedStore",
    "WordStore",
]
