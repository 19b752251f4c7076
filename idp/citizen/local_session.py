"""Beginning a session with city credentials: the one ending that all ways of signing in share."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from idp import metrics
from idp.audit.occasion import Occasion
from idp.citizen.interaction import Opened, session_cookie
from idp.citizen.local_proof import Proved, SigningIn, local_proof
from idp.credentials.reservation import Slowed
from idp.database import Done, Refused
from idp.edge import Answer, Call, Cookie
from idp.edge.account import onward
from idp.edge.browser_state import changed_state
from idp.edge.cookie_names import session_cookie_name
from idp.edge.device import arrival_of, begun_here
from idp.metrics import SignInMethod, SignInOutcome
from idp.protocol.facts import LocalLogin, Realm
from idp.sessions.service import Begun, start_session
from idp.transaction import Tx

ProvedT = TypeVar("ProvedT", bound=Proved)
ProvedT_co = TypeVar("ProvedT_co", bound=Proved, covariant=True)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Generic[ProvedT_co]):
    """A session that began, and by what."""

    proved: ProvedT_co
    begun: Begun


def signing_in(call: Call, opened: Opened) -> SigningIn:
    """Return what this sign-in is for."""
    provider = call.provider
    stands_in = provider.takes_degraded(provider.clock.now()) and opened.realm is Realm.CITIZEN
    return SigningIn(
        realm=opened.realm,
        life=provider.settings.life,
        cookie=session_cookie(call, opened),
        arrival=arrival_of(call, opened.interaction_id, opened.client.client_id),
        in_place_of=provider.settings.national_issuer if stands_in else None,
        counts_only_so=stands_in and opened.client.local_login is LocalLogin.DEGRADED,
    )


def beginning(
    call: Call, opened: Opened, settle: Callable[[Tx], ProvedT | Done[T]], occasion: Occasion
) -> Callable[[Tx], Done[SignedIn[ProvedT] | T] | Refused]:
    """Return the transaction that settles what was tried here, and begins a session if it was right."""
    return partial(begin, settle=settle, purpose=signing_in(call, opened), occasion=occasion)


def begin(
    tx: Tx, settle: Callable[[Tx], ProvedT | Done[T]], *, purpose: SigningIn, occasion: Occasion
) -> Done[SignedIn[ProvedT] | T] | Refused:
    """Settle what was tried, and begin a session if it was right: one transaction.

    `settle` counts, checks and spends, and returns what was proved; `Done` with what became of the try where nothing was.
    """
    settled = settle(tx)
    if isinstance(settled, Done):
        return settled
    proof = local_proof(tx, settled, purpose=purpose, occasion=occasion)
    if isinstance(proof, Refused):
        return proof
    begun = start_session(
        tx,
        proof,
        cookie=purpose.cookie,
        arrival=purpose.arrival,
        life=purpose.life,
        occasion=occasion,
        realm=purpose.realm,
    )
    return begun if isinstance(begun, Refused) else Done(SignedIn(proved=settled, begun=begun.value))


def counted(method: SignInMethod, settled: Done[T] | Refused) -> T:
    """Count a sign-in by what became of it, and return that; raises what it was refused with."""
    match settled:
        case Done(value=Slowed()):
            outcome = SignInOutcome.SLOWED
        case Done(value=SignedIn()):
            outcome = SignInOutcome.SIGNED_IN
        case _:
            outcome = SignInOutcome.REFUSED
    metrics.SIGN_INS.add(method, outcome)
    return settled.unwrap()


def signed_in(call: Call, opened: Opened, begun: Begun) -> Answer:
    """Set the session's cookie and go on with the interaction."""
    name = session_cookie_name(call.provider.settings, opened.realm)
    location = onward(begun, opened.client.client_id, opened.interaction_id)
    answer = Answer.redirect(location, Cookie(name=name, value=begun.cookie), *changed_state(call))
    return begun_here(call, answer, begun)
