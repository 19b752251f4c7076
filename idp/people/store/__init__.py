"""People and what they are found by, one table a file."""

from idp.people.store.contacts import ContactStore
from idp.people.store.people import PeopleStore
from idp.people.store.rights import PersonRightsStore

__all__ = ["ContactStore", "PeopleStore", "PersonRightsStore"]
