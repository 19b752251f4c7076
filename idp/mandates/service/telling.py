"""Telling the other parent, or guardian, what one of them did for a child: noted with the deed (DOMAIN §4.1, journey 8).

One notice a day for each of them, service and kind of deed, however often it is done: a parent who opens a service ten
times is told of once, and the notes can't be piled up. The worker makes messages of them (idp/messages/relay.py).
"""

from enum import StrEnum

from idp.audit.occasion import Occasion
from idp.ids import PersonId
from idp.mandates.model import PrincipalKind, Source
from idp.messages.model.notices import Notice
from idp.protocol.facts import ClientFacts
from idp.transaction import Tx

_REPRESENTS = frozenset({Source.PARENT, Source.COURT})


class Deed(StrEnum):
    """What somebody did for a ward."""

    ACTED = "acted"
    """They use a service in the ward's name."""
    CONSENTED = "consented"
    """They answered what a service may get of the ward."""


def tell_other_representatives(
    tx: Tx, ward: PersonId, actor: PersonId, *, deed: Deed, client: ClientFacts, occasion: Occasion
) -> None:
    """Note that the ward's other parents and guardians are to hear of it; a contested parent too."""
    mandates = tx.mandates.of_principal(PrincipalKind.PERSON, ward, since=occasion.now)
    others = {
        one.delegate_id
        for one in mandates
        if one.source in _REPRESENTS and one.is_live(occasion.now) and one.delegate_id != actor
    }
    told = {"deed": deed.value, "client_id": client.client_id, "ward": ward, "actor": actor}
    for to in sorted(others):
        tx.outbox.notify(to, Notice.OTHER_PARENT, occasion=occasion, once_a_day=True, **told)
