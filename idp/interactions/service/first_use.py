"""A person's first use of a service, of which they are told once: asked where the code is issued.

The grants that are kept answer for whoever comes again within months, in the statement that stores the new one. Who
comes after that is known by what is kept for ever: what they answered for this service, or, where it has nothing to
ask, their `sub`. Where a `sub` says nothing, as other services share it, they are told rather once too often.
"""

from datetime import timedelta

from idp.audit.occasion import Occasion
from idp.ids import PersonId
from idp.protocol.facts import ClientFacts
from idp.protocol.subject import sector_of
from idp.transaction import Tx


def is_first_use(
    tx: Tx,
    person_id: PersonId,
    client: ClientFacts,
    *,
    is_new_in_sector: bool,
    kept: timedelta,
    occasion: Occasion,
) -> bool:
    """Tell it of who has no other grant of this service: False if they used it longer ago than grants are `kept`.

    The person is locked: of two who come at once the second finds the grant of the first. An answer that no grant
    followed, which would be kept, is no use.
    """
    if is_new_in_sector:
        return True
    answered_at = tx.consents.first_of(person_id, client.client_id)
    if answered_at is not None:
        return answered_at > occasion.now - kept
    return len(tx.clients.of_sector(sector_of(client))) > 1
