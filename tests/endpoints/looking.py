"""An official looks for somebody, and it is recorded."""

from idp.database import Done
from idp.people.asked import Asked, SearchReason
from idp.reports.finding import find_people
from idp.transaction import Tx
from tests.world import World


async def look(world: World, asked: Asked) -> None:
    def find(tx: Tx) -> Done[object]:
        vault, reason = world.provider.vault, SearchReason.AUTHORITY
        clerk = "operator:clerk"
        return Done(find_people(tx, asked, vault=vault, reason=reason, actor=clerk, occasion=world.occasion))

    await world.write(find)
