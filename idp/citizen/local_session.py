"""Beginning a session with city credentials: level by what was done and by how well the identity is known."""

from functools import partial

from idp.audit.occasion import Occasion
from idp.citizen.interaction import Opened
from idp.database import Done
from idp.edge import Answer, Call, Cookie
from idp.edge.cookie_names import cookie_name
from idp.ids import PersonId
from idp.people.model import PersonStatus
from idp.protocol.assurance import local_acr
from idp.protocol.errors import AccessDenied, Refusal, ToPage
from idp.sessions.service import Proof, start_session
from idp.settings import Lifetimes
from idp.transaction import Tx


async def begin_local_session(call: Call, opened: Opened, person_id: PersonId, *, amr: tuple[str, ...]) -> Answer:
    """Clear the counter, begin the session, go on."""
    name = cookie_name(call.provider.settings, "session")
    outcome = await call.provider.database.transact(
        partial(
            start_locally,
            person_id=person_id,
            amr=amr,
            cookie=call.cookies().get(name),
            life=call.provider.settings.life,
            occasion=call.occasion(),
        )
    )
    return signed_in(call, opened, outcome.unwrap())


def signed_in(call: Call, opened: Opened, cookie: str | None) -> Answer:
    """Set the session's cookie and go on with the interaction."""
    if cookie is None:
        raise Refusal(AccessDenied("this account can't sign in"), ToPage(case="locked", status=403))
    name = cookie_name(call.provider.settings, "session")
    return Answer.redirect(f"/authorize/resume?i={opened.interaction_id}", Cookie(name=name, value=cookie))


def start_locally(
    tx: Tx, *, person_id: PersonId, amr: tuple[str, ...], cookie: str | None, life: Lifetimes, occasion: Occasion
) -> Done[str | None]:
    """Start the session in one transaction with the settled attempt; None if the person may not sign in."""
    person = tx.people.canonical(person_id)
    if person is None or person.status is not PersonStatus.ACTIVE:
        return Done(None)
    tx.attempts.settle(person_id)
    proof = Proof(
        person_id=person.person_id,
        acr=local_acr(amr, person.account_level),
        amr=amr,
        ial=person.account_level,
        idp="haiphong",
    )
    return Done(start_session(tx, proof, cookie=cookie, life=life, occasion=occasion))
