"""What tokens say of the context a person acts in: `ctx`, `org`, `mandate`, `post` and `act` – DESIGN 5.2, RFC 8693 §4.1.

Only to clients that ask for whom people act. `sub` is the person, of a ward the ward; then `act` names who acts.
Organisation, mandate and post are named by values of the reader's sector: our own ids would be one name of a person in
all of them (OpenID Connect Core §8.1). A register number that is somebody's personal ID number (a household business) is
left out. Pure.
"""

from datetime import datetime

from idp.protocol.acting import ContextKind, GrantContext, MandateFacts, OrganisationFacts, PostFacts

CLAIMS = ("ctx", "org", "mandate", "post", "act")


def context_claims(
    context: GrantContext | None, *, organisation_id: str = "", power_id: str = "", actor_sub: str = ""
) -> dict[str, object]:
    """Return the claims of a context, by the reader's names; None is a person who acts for themselves."""
    if context is None:
        return {"ctx": ContextKind.PERSON.value}
    claims: dict[str, object] = {"ctx": context.kind.value}
    if context.organisation is not None:
        claims["org"] = _organisation(context.organisation, organisation_id)
    if context.mandate is not None:
        claims["mandate"] = _mandate(context.mandate, power_id, ends_at=_told_end(context))
    if context.post is not None:
        claims["post"] = _post(context.post, power_id)
    if context.kind is ContextKind.WARD:
        claims["act"] = {"sub": actor_sub}
    return claims


def mandate_rows(context: GrantContext | None) -> list[dict[str, object]]:
    """Return what a mandate lets do, a row an area; one without an area reaches into all of them."""
    mandate = context.mandate if context else None
    if context is None or mandate is None:
        return []
    term = _term(mandate.starts_at, _told_end(context))
    areas: tuple[dict[str, object], ...] = tuple({"service": area} for area in mandate.services) or ({},)
    return [{**area, "role": mandate.role, **term} for area in areas]


def office_claims(context: GrantContext | None) -> dict[str, object]:
    """Return what scopes open of an official's post."""
    post = context.post if context else None
    if post is None:
        return {}
    known: dict[str, object] = {
        "agency": post.agency,
        "agency_name": post.agency_name,
        "commune": post.commune,
        "employee_number": post.employee_number,
        "position": post.position,
        "roles": list(post.roles),
    }
    return {name: value for name, value in known.items() if value}


def _organisation(organisation: OrganisationFacts, organisation_id: str) -> dict[str, object]:
    named: dict[str, object] = {"id": organisation_id, "scheme": organisation.scheme}
    if organisation.identifier:
        named["identifier"] = organisation.identifier
    return {**named, "name": organisation.name, "status": organisation.status}


def _mandate(mandate: MandateFacts, power_id: str, *, ends_at: datetime | None) -> dict[str, object]:
    named: dict[str, object] = {"id": power_id, "role": mandate.role, "source": mandate.source}
    if mandate.services:
        named["services"] = list(mandate.services)
    if ends_at is not None:
        named["exp"] = int(ends_at.timestamp())
    return named


def _told_end(context: GrantContext) -> datetime | None:
    """Return when a mandate ends, as services hear it: of a ward nothing, as it is the day on which they come of age.

    Whoever hears that knows the birth date, which has a scope of its own.
    """
    return None if context.kind is ContextKind.WARD or context.mandate is None else context.mandate.ends_at


def _post(post: PostFacts, power_id: str) -> dict[str, object]:
    named: dict[str, object] = {"id": power_id, "agency": post.agency, "roles": list(post.roles)}
    return {**named, "commune": post.commune} if post.commune else named


def _term(starts_at: datetime | None, ends_at: datetime | None) -> dict[str, object]:
    moments = {"start": starts_at, "end": ends_at}
    return {name: int(moment.timestamp()) for name, moment in moments.items() if moment is not None}
