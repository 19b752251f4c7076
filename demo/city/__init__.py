"""The people, households, organisations, agencies, officials and powers of the demo city.

DOMAIN §5. Pure data, invented, the same for the same size and seed: no database, no clock, nothing of the
provider. `generate` gives a whole city, `stream` the same records one by one; `personas` and `national` say
who can sign in.
"""

from demo.city.generate import digest, generate, stream
from demo.city.model import (
    Address,
    Agency,
    Card,
    City,
    EarlierNumber,
    Household,
    Mandate,
    Official,
    Organisation,
    Person,
    Post,
    Record,
    Relation,
)

__all__ = [
    "Address",
    "Agency",
    "Card",
    "City",
    "EarlierNumber",
    "Household",
    "Mandate",
    "Official",
    "Organisation",
    "Person",
    "Post",
    "Record",
    "Relation",
    "digest",
    "generate",
    "stream",
]
