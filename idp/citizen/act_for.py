"""`/act-for`: for whom the service is used (PAGES 3.1.6, DESIGN 5.2); answered per interaction, remembered per session
and service for what is asked later: what is answered in one tab is no answer in another (adr/0032).

What was never offered can't be chosen; whether the power still holds is asked again when the code is issued. A person
changes their mind without a new sign-in: by the back button until the code is issued, later by a service that asks
with `ctx_hint=choose`.
"""

from dataclasses import dataclass, field
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.act_for_rows import MOST_SHOWN, NEEDS_SEARCH, group_of, matches, row_of
from idp.citizen.declining import decline
from idp.citizen.interaction import Opened, decided, open_here, posted, session_cookie
from idp.database import Done
from idp.edge import Answer, Call, Cookie
from idp.edge.interaction import hold_answer
from idp.edge.page import language_of, page
from idp.ids import PersonId
from idp.interactions.service import choices_of
from idp.protocol.context import Answered, Choice, fits, usable
from idp.protocol.errors import AccessDenied
from idp.protocol.next_step import ChooseContext, Refuse, SignIn
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error

_LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Who chooses, and among what."""

    name: str = field(repr=False)
    choices: tuple[Choice, ...] = field(repr=False)

    @property
    def has_posts(self) -> bool:
        """Tell whether it is an official, who chooses among posts."""
        return all(choice.post for choice in self.choices)


async def show(call: Call) -> Answer:
    """Show the choices, or go on if that is settled."""
    opened = await open_here(call)
    reader = await _reader(call, opened)
    return _on(opened) if reader is None else _page(call, opened, reader)


async def answer(call: Call) -> Answer:
    """Keep the choice and go on, or go back with access_denied."""
    form = posted(call)
    if form.get("decision") == "cancel":
        opened = await open_here(call, or_declined=True)
        raise await decline(call, opened, AccessDenied("the person did not say for whom"))
    opened = await open_here(call)
    reader = await _reader(call, opened)
    if reader is None:
        return _on(opened)
    chosen = form.get("principal", "")
    if chosen not in {choice.choice_id for choice in usable(reader.choices, opened.client)}:
        problem = "act_for_post_empty" if reader.has_posts else "act_for_empty"
        return _page(call, opened, reader, errors=one_error(problem, at="principal"))
    keep = partial(
        _keep, opened=opened, cookie=session_cookie(call, opened), choice_id=chosen, occasion=call.occasion()
    )
    answered = (await call.provider.database.transact(keep)).unwrap()
    return (
        _on(opened) if answered is None else _on(opened, hold_answer(call, opened.interaction_id, answered))
    )


def _on(opened: Opened, *cookies: Cookie) -> Answer:
    return Answer.redirect(f"/authorize/resume?i={opened.interaction_id}", *cookies)


async def _reader(call: Call, opened: Opened) -> _Reader | None:
    """Return who is asked; None: nobody is signed in, or it was settled without asking."""
    decision = await decided(call, opened)
    is_asked = isinstance(decision.step, ChooseContext) or opened.answered is not None
    if not is_asked or isinstance(decision.step, SignIn | Refuse) or decision.session is None:
        return None
    load = partial(_load, person_id=decision.session.person_id, opened=opened, occasion=call.occasion())
    return await call.provider.database.read(load)


def _load(tx: Tx, *, person_id: PersonId, opened: Opened, occasion: Occasion) -> _Reader | None:
    person = tx.people.get(person_id)
    if person is None:
        return None
    choices = choices_of(tx, person, opened.client, now=occasion.now)
    return _Reader(
        name=person.profile.full_name,
        choices=tuple(choice for choice in choices if fits(choice, opened.client)),
    )


def _keep(
    tx: Tx, *, opened: Opened, cookie: str | None, choice_id: str, occasion: Occasion
) -> Done[Answered | None]:
    """Note the choice if the session is still this browser's; else nothing, and sign-in follows."""
    session = tx.sessions.find(cookie) if cookie else None
    client_id = opened.client.client_id
    if session is None or not tx.sessions.choose(session.session_id, client_id, choice_id, occasion.now):
        return Done(None)
    tx.audit.add(
        occasion.event(
            EventType.CONTEXT_CHOSEN,
            actor=person_ref(session.person_id),
            person_id=session.person_id,
            client_id=client_id,
            context_id=choice_id,
        )
    )
    return Done(Answered(session_id=session.session_id, choice_id=choice_id))


def _page(call: Call, opened: Opened, reader: _Reader, errors: ErrorSummary | None = None) -> Answer:
    language = language_of(call)
    search = dict(call.query()).get("q", "").strip()[:_LONGEST_SEARCH]
    found = [choice for choice in reader.choices if matches(choice, search)]
    groups: dict[str, list[object]] = {}
    for choice in found[:MOST_SHOWN]:
        groups.setdefault(group_of(choice), []).append(row_of(choice, language))
    return page(
        call,
        "act_for.html",
        form_action=opened.form_action,
        rp=opened.relying_party,
        i=opened.interaction_id,
        name=reader.name,
        groups=groups,
        search=search if len(reader.choices) > NEEDS_SEARCH else None,
        beyond=max(0, len(found) - MOST_SHOWN),
        can_go_on=bool(usable(reader.choices, opened.client)),
        is_officials=reader.has_posts,
        errors=errors,
    )
