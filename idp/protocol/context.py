"""For whom a person acts: the choices there are, which of them fit a client, and what tokens say (DESIGN 5.2). Pure.

A person acts as themselves, for an organisation, for a ward (a child, a person under care), or as an official. Features
build a `Choice` of each mandate and post; a client that registers no more than `person` is never told of any.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from idp.ids import PersonId
from idp.protocol.acting import ContextKind, GrantContext, MandateFacts, OrganisationFacts, PostFacts
from idp.protocol.facts import ClientFacts, GrantFacts, Realm
from idp.protocol.scopes import SCOPES

SELF = "self"
"""The choice to act as oneself, which everybody has."""
CHOOSE = "choose"
"""`ctx_hint` of a client whose person wants to change for whom they act (without a new sign-in)."""
POWERS = "mandate"
"""The scope under which the page of consent shows for whom somebody acts, and by which power."""


class Obstacle(StrEnum):
    """Why a choice can't be taken just now; the page says it with its day."""

    ENDED = "ended"
    NOT_YET = "not_yet"
    DISSOLVED = "dissolved"
    CONTESTED = "contested"
    """Custody is disputed."""
    PRINCIPAL_GONE = "principal_gone"
    """The represented person is dead, locked or of age."""
    LEVEL = "level"
    """To act for an organisation takes an account of level 02 (Decree 69/2024, Art. 12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One context a person may act in, or could but for an obstacle."""

    kind: ContextKind
    choice_id: str
    """SELF, or the id of the mandate or post."""
    name: str = field(repr=False)
    """Of the principal, for the page."""
    principal_id: str = field(default="", repr=False)
    """Organisation, ward's person or agency; never leaves the provider."""
    organisation: OrganisationFacts | None = None
    mandate: MandateFacts | None = None
    post: PostFacts | None = None
    age: int | None = None
    """Of a ward, in years; the birth date is never shown."""
    obstacle: Obstacle | None = None
    obstacle_day: date | None = None

    @property
    def ends_at(self) -> datetime | None:
        """Return when the power ends by itself."""
        return (self.mandate and self.mandate.ends_at) or (self.post and self.post.ends_at) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a person chose for a client in this session, last."""

    choice_id: str
    chosen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a person answered in one interaction, and in which session: no answer to what another tab asks."""

    choice_id: str
    session_id: str = field(repr=False)


def asks_for_whom(client: ClientFacts) -> bool:
    """Tell whether the client gets the choice at all (`subject_contexts` lists more than `person`)."""
    return client.subject_contexts != (ContextKind.PERSON,)


def realm_of(client: ClientFacts) -> Realm:
    """Return whose sessions the client takes: only one that is for officials alone takes theirs."""
    return Realm.OFFICIAL if client.subject_contexts == (ContextKind.OFFICIAL,) else Realm.CITIZEN


def fits(choice: Choice, client: ClientFacts) -> bool:
    """Tell whether the client takes this choice: its kind, and an area in common where the power is limited."""
    if choice.kind not in client.subject_contexts:
        return False
    limited_to = choice.mandate.services if choice.mandate else ()
    return not (limited_to and client.services) or not set(limited_to).isdisjoint(client.services)


def usable(choices: Iterable[Choice], client: ClientFacts) -> tuple[Choice, ...]:
    """Return what may be chosen now at this client."""
    return tuple(choice for choice in choices if choice.obstacle is None and fits(choice, client))


def choose(
    choices: Collection[Choice],
    client: ClientFacts,
    *,
    org_hint: str | None,
    ctx_hint: str | None,
    answered: str | None,
    chosen: str | None,
    asks_anew: bool,
    person_id: PersonId,
    subject: PersonId | None = None,
) -> Choice | None:
    """Return the choice that is settled; None: the person must be asked.

    The only one there is counts unasked, unless somebody asks anew: they see what can't be chosen just now, and why.
    What was `answered` to this very request comes before anything else (whoever asks anew takes no other). Then what was
    `chosen` before in this session, unless a hint contradicts it; then the one that a hint names.
    `subject` is whom the answer must be about, where the client named somebody (Core §3.1.2.2, `id_token_hint`).
    """
    fitting = tuple(
        one for one in usable(choices, client) if subject in {None, subject_of_choice(one, person_id)}
    )
    by_id = {choice.choice_id: choice for choice in fitting}
    offered = [choice for choice in choices if fits(choice, client)]
    if answered in by_id:
        return by_id[answered]
    if len(fitting) == 1 and (not asks_anew or len(offered) == 1):
        return fitting[0]
    if asks_anew:
        return None
    hinted = {one.choice_id: one for one in fitting if _is_hinted(one, org_hint, ctx_hint)}
    if chosen in hinted:
        return hinted[chosen]
    return next(iter(hinted.values())) if len(hinted) == 1 else None


def seen(choice: Choice | None, *said: str | None, is_shown: bool) -> Choice | None:
    """Return a choice that its person has seen, or will see, going out; None: they must be asked.

    A client that asks for no scope of which people are told (`is_shown`) would learn by a hint, or where there is but one
    choice, whose representative or parent its visitor is, and they never that it does. `said`: what they chose there.
    """
    if choice is None or is_shown or choice.kind not in SCOPES[POWERS].contexts:
        return choice
    return choice if choice.choice_id in said else None


def chosen_before(asked_at: datetime, chosen: Chosen | None) -> str | None:
    """Return what was chosen when this was asked; later it was chosen in another tab, and answers what that one asked."""
    return chosen.choice_id if chosen is not None and chosen.chosen_at <= asked_at else None


def own(name: str) -> Choice:
    """Return the choice everybody has."""
    return Choice(kind=ContextKind.PERSON, choice_id=SELF, name=name)


def context_of(choice: Choice) -> GrantContext | None:
    """Return what a grant keeps of a choice; nothing of acting for oneself."""
    if choice.kind is ContextKind.PERSON:
        return None
    return GrantContext(
        kind=choice.kind,
        context_id=choice.choice_id,
        principal_id=choice.principal_id,
        organisation=choice.organisation,
        mandate=choice.mandate,
        post=choice.post,
    )


def subject_of(grant: GrantFacts) -> PersonId:
    """Return whom a grant is about: the ward, else who acts."""
    context = grant.context
    if context is None or context.kind is not ContextKind.WARD:
        return grant.person_id
    return PersonId(context.principal_id)


def subject_of_choice(choice: Choice | None, person_id: PersonId) -> PersonId:
    """Return whom `sub` names, and whose data is sent: the ward, else who acts (DESIGN 5.2)."""
    is_ward = choice is not None and choice.kind is ContextKind.WARD
    return PersonId(choice.principal_id) if choice is not None and is_ward else person_id


def _is_hinted(choice: Choice, org_hint: str | None, ctx_hint: str | None) -> bool:
    """Tell whether the hints allow this choice; a hint that is not given allows all."""
    if ctx_hint is not None and ctx_hint != choice.kind.value:
        return False
    if org_hint is None:
        return True
    names = (
        choice.organisation.identifier if choice.organisation else "",
        choice.post.agency if choice.post else "",
    )
    return org_hint in {name for name in names if name}
