"""Beginning a session with city credentials: level by what was done and by how well the identity is known."""

from idp.audit.occasion import Occasion
from idp.citizen.interaction import Opened
from idp.database import Refused
from idp.edge import Answer, Call, Cookie
from idp.edge.browser_state import changed_state
from idp.edge.cookie_names import session_cookie_name
from idp.ids import PersonId
from idp.interactions.service import may_enter
from idp.people.model import PersonStatus
from idp.protocol.assurance import local_acr
from idp.protocol.facts import Realm
from idp.sessions.service import Proof, refuse_sign_in
from idp.transaction import Tx


def local_proof(
    tx: Tx, person_id: PersonId, amr: tuple[str, ...], *, realm: Realm, occasion: Occasion
) -> Proof | Refused:
    """Return what city credentials proved; a person who may not sign in (any more) is refused, and it is recorded.

    At officials' services that is also whoever holds no post now.
    """
    person = tx.people.canonical(person_id)
    if person is None or person.status is not PersonStatus.ACTIVE:
        return refuse_sign_in(tx, person_id, factor=amr[-1], occasion=occasion)
    if not may_enter(tx, person, realm, now=occasion.now):
        return refuse_sign_in(tx, person_id, factor=amr[-1], occasion=occasion, case="no-post")
    return Proof(
        person_id=person.person_id,
        auth_time=occasion.now,
        acr=local_acr(amr, person.account_level),
        amr=amr,
        ial=person.account_level,
        idp="haiphong",
    )


def signed_in(call: Call, opened: Opened, cookie: str) -> Answer:
    """Set the session's cookie and go on with the interaction."""
    name = session_cookie_name(call.provider.settings, opened.realm)
    location = f"/authorize/resume?i={opened.interaction_id}"
    return Answer.redirect(location, Cookie(name=name, value=cookie), *changed_state(call))
