"""An authorization as the endpoint decides it: facts are looked up only when `next_step` asks for them."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.context import Choice, Chosen
from idp.protocol.errors import ProtocolError
from idp.protocol.facts import ClientFacts, ConsentFacts, SessionFacts
from idp.protocol.next_step import Facts, Issue, Load, Refuse, Step, next_step
from tests import make

MOST_LOADS = 5


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """All there is to know; a person who has settled everything by default."""

    client: ClientFacts = field(default_factory=make.client)
    session: SessionFacts | None = field(default_factory=make.session_facts)
    subject: str | None = "sub-of-portal"
    consent: ConsentFacts = field(default_factory=lambda: make.consent_facts("profile"))
    consent_given_now: bool = False
    upstream_down: bool = False
    choices: tuple[Choice, ...] = ()
    chosen: Chosen | None = None
    answered: str | None = None
    knows_service: bool = True


def decide(
    request: AuthorizationRequest, world: Surroundings, *, now: datetime = make.NOW
) -> tuple[Step, list[str]]:
    """Return the decision and the names of the facts it took, in the order they were asked for."""
    facts = Facts(client=world.client, upstream_down=world.upstream_down)
    asked: list[str] = []
    while isinstance(step := next_step(request, facts, now=now), Load):
        asked.append(step.name)
        assert len(asked) <= MOST_LOADS, "it asks for ever"
        match step.name:
            case "session":
                facts = replace(facts, session=world.session, answered=world.answered)
            case "service":
                facts = replace(facts, knows_service=world.knows_service)
            case "subject":
                facts = replace(facts, subject=world.subject)
            case "context":
                facts = replace(facts, choices=world.choices, chosen=world.chosen)
            case "consent":
                facts = replace(facts, consent=world.consent, consent_given_now=world.consent_given_now)
    return step, asked


def issued(world: Surroundings, request: Any = None) -> Issue:
    """Return what is issued; anything else fails."""
    step, _ = decide(request or make.request(world.client), world)
    assert isinstance(step, Issue), step
    return step


def refused(world: Surroundings, **parameters: Any) -> ProtocolError:
    """Return why a silent request is refused."""
    step, _ = decide(make.request(world.client, prompt="none", **parameters), world)
    assert isinstance(step, Refuse), step
    return step.error
