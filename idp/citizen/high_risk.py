"""What is held back for a time after a recovery: the one list, and the page that says until when (DOMAIN §3.5; adr/0048).

Acts that give power over the person or their organisations away, carry off all that is held of them, close the account,
change where they are reached and by which messages they sign in, or take their ways to sign in.
What protects (locking, ending sessions, mandates and consents, adding a way to sign in) is never held back.
"""

from datetime import datetime

from idp.edge import Answer, Call
from idp.edge.page import page
from idp.people.model import Person

HIGH_RISK = frozenset(
    {
        "/account/methods/remove",
        "/account/methods/passkeys/remove",
        "/account/contacts",
        "/account/contacts/code",
        "/account/contacts/remove",
        "/account/contacts/sign-in",
        "/account/data/close",
        "/account/data/copy",
        "/account/data/copy/file",
        "/account/data/copy/page",
        "/account/mandates/person",
        "/account/mandates/firm",
        "/account/mandates/clients",
    }
)
"""Paths of the account. Where one also shows a list, only what asks for a fresh sign-in is held back."""
_ENDS_AN_ADMINISTRATOR = ("/account/mandates/act", ("a", "confirm"))


def is_high_risk(call: Call) -> bool:
    """Tell whether what is called is held back after a recovery."""
    path, act = _ENDS_AN_ADMINISTRATOR
    return call.path in HIGH_RISK or (
        call.path == path and act in call.query()
    )  # as the page itself reads it


def held_page(call: Call, person: Person, until: datetime) -> Answer:
    """Return the page that says until when this waits."""
    return page(
        call,
        "held.html",
        status=403 if call.method == "POST" else 200,
        signed_in_name=person.profile.full_name,
        path="/account",
        until=until,
    )
