"""`/q` and `/q/<code>`: the phone that answers for a sign-in on another device (PAGES 3.1.9; RFC 10027).

Opening the address confirms nothing: the page says who asks, from which device, how near and when, and takes the number
that is on the other screen alone. A code that is none, is over or is answered by another is one and the same.
"""

from functools import partial

from idp.audit.events import EventType
from idp.citizen.cross_device.offering import is_on
from idp.citizen.interaction import posted
from idp.credentials.typed_code import has_marks
from idp.cross_device.model import Asked, Standing, parse_code, parse_number
from idp.cross_device.near import Place
from idp.cross_device.service import Answered, Looked, Phone, Step, answer, look, refuse
from idp.edge import Answer, BadCall, Call
from idp.edge.account import begin_sign_in, client_of
from idp.edge.cookie_names import session_cookie_name
from idp.edge.csrf import is_shown_to
from idp.edge.page import page, relying_party
from idp.ids import PersonId
from idp.limits.model import Limit, address_key
from idp.protocol.cross_device import suffices
from idp.protocol.errors import AccessDenied, Refusal, ToPage
from idp.protocol.facts import ClientFacts, Realm
from idp.ui.errors import ErrorSummary, one_error

HOME = "/q"
_SAID = {
    Standing.CONFIRMED: Standing.CONFIRMED,
    Standing.SPENT: Standing.CONFIRMED,
    Standing.NOT_ME: Standing.NOT_ME,
    Standing.WRONG_NUMBERS: Standing.WRONG_NUMBERS,
}
"""How an answer stands → what its phone is told of it."""
_NO_CODE = "AAAA-AAAA"
"""Looked up where no code was typed, so that the work is the same as for one; no code holds an A."""


async def show_typing(call: Call) -> Answer:
    """Ask for the code of who can't scan it."""
    _check_on(call)
    return _typing(call)


async def type_code(call: Call) -> Answer:
    """Go to what was typed; whether it is one that waits is told there."""
    _check_on(call)
    typed = posted(call).get("user-code", "")
    code = parse_code(typed)
    if code is None:
        key = "code_marked" if has_marks(typed) else "qr_code_incomplete"
        return _typing(call, typed=typed, errors=one_error(key, at="user-code"))
    return Answer.redirect(f"{HOME}/{code}")


async def sign_in(call: Call) -> Answer:
    """Lead to a sign-in on this phone, and back."""
    _check_on(call)
    code = parse_code(posted(call).get("code", ""))
    return await begin_sign_in(call, HOME if code is None else f"{HOME}/{code}", fresh=True)


async def show(call: Call) -> Answer:
    """Say what is to be confirmed, and ask for the number."""
    _check_on(call)
    code = parse_code(call.path.removeprefix(f"{HOME}/")) or _NO_CODE
    looked = await _look(call, code)
    if looked.step is Step.FAR:
        await _stop(call, code, Standing.FAR)
        raise _too_far()
    if looked.asked is None or looked.session is None:
        return await _said_again(call, looked) or await _unfound(call, code, looked.step)
    client = await client_of(call, looked.asked.client_id)
    if client is None:
        return await _unfound(call, code, Step.NONE)
    down = call.provider.takes_degraded(call.provider.clock.now())
    if not suffices(looked.session.facts(), client, looked.asked.needed, upstream_down=down):
        return await _unfound(call, code, Step.PROVE_ANEW)
    return _question(call, looked.asked, client, looked.place, shown_to=looked.session.person_id)


async def decide(call: Call) -> Answer:
    """Take the number, or the word that it is somebody else's."""
    _check_on(call)
    form = posted(call)
    code = parse_code(call.path.removeprefix(f"{HOME}/")) or _NO_CODE
    looked = await _look(call, code)
    client = None if looked.asked is None else await client_of(call, looked.asked.client_id)
    if looked.asked is None and (again := await _said_again(call, looked)) is not None:
        return again
    if looked.asked is None or looked.session is None or client is None:
        return await _unfound(call, code, looked.step if looked.asked is None else Step.NONE)
    reader = looked.session.person_id
    if not is_shown_to(
        call, form, reader
    ):  # another person signed in on this phone since: they are asked themselves
        return Answer.redirect(_place(code))
    if form.get("decision") == "not-me":
        answered = await _stop(call, code, Standing.NOT_ME)
        return await _said(call, code, answered, client, reader)
    number = parse_number(form.get("number", ""))
    if number is None and looked.step is Step.ASK:
        incomplete = one_error("qr_number_incomplete", at="number")
        return _question(call, looked.asked, client, looked.place, shown_to=reader, errors=incomplete)
    work = partial(
        answer,
        code=code,
        number=number or "",
        client=client,
        upstream_down=call.provider.takes_degraded(call.provider.clock.now()),
        phone=_phone(call),
        occasion=call.occasion(),
    )
    answered = (await call.provider.database.transact(work)).unwrap()
    return await _said(call, code, answered, client, reader)


async def _said(call: Call, code: str, answered: Answered, client: ClientFacts, reader: PersonId) -> Answer:
    asked = answered.asked
    if answered.step is Step.FAR:
        raise _too_far()
    if asked is None:
        return await _unfound(call, code, answered.step)
    if asked.standing is Standing.WAITING:
        wrong = one_error("qr_number_wrong", at="number", n=answered.tries_left)
        return _question(call, asked, client, answered.place, shown_to=reader, errors=wrong)
    return _answered(call, client, asked.standing, answered.event_id)


async def _said_again(call: Call, looked: Looked) -> Answer | None:
    """Say once more what came of what this phone has answered; None: nothing, or none of its business."""
    done = looked.done
    client = None if done is None else await client_of(call, done.client_id)
    if done is None or client is None or done.standing not in _SAID:
        return None
    return _answered(call, client, _SAID[done.standing])


def _answered(call: Call, client: ClientFacts, standing: Standing, event_id: str = "") -> Answer:
    return page(
        call,
        "qr_answered.html",
        path=HOME,
        rp=relying_party(client, client.first_redirect_uri),
        standing=standing.value,
        event_id=event_id,
    )


async def _unfound(call: Call, code: str, step: Step) -> Answer:
    """Say why there is nothing to confirm here; a code that is none is counted, on whoever tried it."""
    if step in {Step.SIGN_IN, Step.PROVE_ANEW}:
        return page(call, "qr_sign_in.html", path=_place(code), code=code, again=step is Step.PROVE_ANEW)
    looked = await _look(call, _NO_CODE)
    of_address = (Limit.QR_GUESSES_OF_ADDRESS, address_key(call.peer))
    counters = [of_address]
    if looked.session is not None:
        counters.append((Limit.QR_GUESSES, looked.session.person_id))
    call.count_refusal(EventType.CROSS_DEVICE_REFUSED.value)
    await call.provider.limits.count(*counters, now=call.provider.clock.now())
    return _typing(call, errors=one_error("qr_none"))


async def _look(call: Call, code: str) -> Looked:
    """Return what waits under a code; who tried too many that were none is refused before."""
    provider, occasion = call.provider, call.occasion()
    provider.limits.check((Limit.QR_GUESSES_OF_ADDRESS, address_key(call.peer)), now=occasion.now)
    work = partial(look, code=code, phone=_phone(call), occasion=occasion)
    looked = await provider.database.read(work)
    if looked.session is not None:
        provider.limits.check((Limit.QR_GUESSES, looked.session.person_id), now=occasion.now)
    return looked


async def _stop(call: Call, code: str, standing: Standing) -> Answered:
    work = partial(refuse, code=code, standing=standing, phone=_phone(call), occasion=call.occasion())
    return (await call.provider.database.transact(work)).unwrap()


def _phone(call: Call) -> Phone:
    settings = call.provider.settings
    return Phone(
        cookie=call.cookies().get(session_cookie_name(settings, Realm.CITIZEN)),
        life=settings.life,
        city=settings.qr_networks,
    )


def _question(
    call: Call,
    asked: Asked,
    client: ClientFacts,
    place: Place,
    *,
    shown_to: PersonId,
    errors: ErrorSummary | None = None,
) -> Answer:
    browser, _, system = asked.device.partition(", ")
    return page(
        call,
        "qr_confirm.html",
        path=_place(asked.code),
        shown_to=shown_to,
        rp=relying_party(client, client.first_redirect_uri),
        code=asked.code,
        browser=browser,
        system=system,
        area=place.value,
        asked_at=asked.asked_at,
        errors=errors,
    )


def _typing(call: Call, *, typed: str = "", errors: ErrorSummary | None = None) -> Answer:
    return page(call, "qr_code.html", path=HOME, typed=typed[:40], errors=errors)


def _place(code: str) -> str:
    return HOME if code == _NO_CODE else f"{HOME}/{code}"


def _too_far() -> Refusal:
    error = AccessDenied("the two devices are too far apart")
    return Refusal(error, ToPage(case="qr-far", status=403))


def _check_on(call: Call) -> None:
    if not is_on(call):
        raise BadCall(404, "no signing in by phone here")
