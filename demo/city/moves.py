"""Where people lived before they moved; apart from the census, so that no other draw depends on it.

DOMAIN §5.2: 2.5 % move in a year. A household moves together.
"""

from random import Random

from demo.city.addresses import draw_former_home
from demo.city.dates import NEW_COMMUNES
from demo.city.model import Address, Person


def earlier_address(person: Person, seed: int) -> Address | None:
    """The last address before that of now, up to the day that one began; None of who did not move lately."""
    if person.address.old or person.address.valid_from <= NEW_COMMUNES:
        return None
    return draw_former_home(Random(f"moves/{seed}/{person.household}"))
