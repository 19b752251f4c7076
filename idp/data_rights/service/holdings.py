"""What is held of a person, part by part, as the copy says it: each a list of flat objects with stable names.

Secrets are in none of it (a password's hash, a code's seed, a cookie), nor anybody else's data: an official or a parent
is named by what they are. The names are documented in docs/reference/data-copy.md.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from idp.consents.model import ConsentRecord
from idp.data_rights.model import DataRequest
from idp.data_rights.service.requests import requests_of
from idp.ids import ClientId, OrganisationId, PersonId
from idp.mandates.model import PrincipalKind
from idp.people.model import Attribute, Person, PersonProfile
from idp.transaction import Tx

Part = list[dict[str, object]]
_VALUES: Mapping[Attribute, tuple[str, ...]] = {
    Attribute.NAME: ("full_name", "family_name", "middle_name", "given_name"),
    Attribute.GENDER: ("gender",),
    Attribute.BIRTHDATE: ("birthdate",),
    Attribute.NATIONALITY: ("nationality",),
    Attribute.ID_NUMBER: ("personal_id", "foreigner_id"),
    Attribute.PHONE: ("phone", "phone_verified"),
    Attribute.EMAIL: ("email", "email_verified"),
}
_OWN = ("nickname", "preferred_username", "profile_page", "picture", "website")


def moment(at: datetime | None) -> str | None:
    """Return a time as RFC 3339, UTC."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def attributes(profile: PersonProfile) -> Part:
    """Return every attribute with who stated it, at which level and when."""
    found: Part = []
    for attribute, names in _VALUES.items():
        values = {name: getattr(profile, name) for name in names if getattr(profile, name)}
        if any(value is not True for value in values.values()):
            found.append({"attribute": attribute.value, **values, **_origin(profile, attribute)})
    if profile.address is not None:
        address = profile.address
        found.append(
            {
                "attribute": Attribute.ADDRESS.value,
                "formatted": address.formatted,
                "detail": address.detail,
                "commune_code": address.ward_code,
                "as_written": address.as_written,
                "valid_from": address.valid_from or None,
                **_origin(profile, Attribute.ADDRESS),
            }
        )
    own = {name: getattr(profile, name) for name in _OWN if getattr(profile, name)}
    found += [{"attribute": name, name: value, "source": "self"} for name, value in own.items()]
    return found


def _origin(profile: PersonProfile, attribute: Attribute) -> dict[str, object]:
    origin = profile.origins.get(attribute)
    if origin is None:
        return {"source": None, "issuer": None, "level": None, "stated_at": None}
    return {
        "source": origin.source.value,
        "issuer": origin.issuer or None,
        "level": origin.level,
        "stated_at": moment(origin.at),
    }


def identifiers(tx: Tx, records: Iterable[PersonId]) -> Part:
    """Return what the person is or was found by."""
    return [
        {
            "scheme": one.scheme.value,
            "value": one.value,
            "valid_from": moment(one.valid_from),
            "valid_to": moment(one.valid_to),
            "cause": one.cause or None,
        }
        for record in records
        for one in tx.people.identifiers_of(record)
    ]


def addresses(tx: Tx, records: Iterable[PersonId]) -> Part:
    """Return where the person is and was registered."""
    return [
        {
            "formatted": one.address.formatted,
            "as_written": one.address.as_written,
            "commune_code": one.address.ward_code,
            "valid_from": moment(one.valid_from),
            "valid_to": moment(one.valid_to),
        }
        for record in records
        for one in tx.people.addresses_of(record)
    ]


def contacts(tx: Tx, records: Iterable[PersonId]) -> Part:
    """Return where the person wants to be reached."""
    return [
        {
            "channel": one.channel.value,
            "address": one.address,
            "language": one.language or None,
            "verified_at": moment(one.verified_at),
            "signs_in_since": moment(one.signs_in_since),
        }
        for record in records
        for one in tx.contacts.of_person(record)
    ]


def national_accounts(tx: Tx, person_id: PersonId) -> Part:
    """Return the accounts elsewhere that open this one."""
    return [
        {
            "issuer": one.issuer,
            "subject": one.subject,
            "linked_at": moment(one.linked_at),
            "last_used_at": moment(one.last_used_at),
        }
        for one in tx.upstreams.of_person(person_id)
    ]


def papers(tx: Tx, records: Iterable[PersonId]) -> Part:
    """Return what a register said of identity card and residence."""
    states = (tx.life_states.get(record) for record in records)
    return [
        {
            "card_status": None if one.card_status is None else one.card_status.value,
            "card_expires_on": one.card_expires_on or None,
            "residence_until": one.residence_until or None,
            "high_suspended_since": moment(one.suspended_at),
        }
        for one in states
        if one.card_status or one.card_expires_on or one.residence_until or one.suspended_at
    ]


def consents(tx: Tx, records: Iterable[PersonId]) -> Part:
    """Return every notice and consent, those that later ones took the place of too."""
    found = (one for record in records for one in tx.consents.history_of(record))
    return [_consent(tx, one) for one in found]


def _consent(tx: Tx, one: ConsentRecord) -> dict[str, object]:
    return {
        **service(tx, one.client_id),
        "scope": one.scope,
        "basis": one.basis.value,
        "granted": one.granted,
        "text_version": one.text_version,
        "text_sha256": one.text_hash,
        "decided_at": moment(one.decided_at),
        "decided_by_representative": one.decided_by is not None,
        "withdrawn_at": moment(one.withdrawn_at),
    }


def service(tx: Tx, client_id: ClientId) -> dict[str, object]:
    """Return how a service is named."""
    client = tx.clients.get(client_id)
    if client is None:
        return {"client_id": client_id, "service": None, "agency": None}
    return {"client_id": client_id, "service": client.facts.name, "agency": client.facts.agency}


def subjects(tx: Tx, records: Iterable[PersonId]) -> Part:
    """Return what the services of each sector know the person as (`sub`)."""
    return [
        {"sector": sector, "sub": sub}
        for record in records
        for sector, sub in sorted(tx.subjects.of_record(record).items())
    ]


def mandates(tx: Tx, records: Iterable[PersonId]) -> Part:
    """Return for whom the person acts, and who acts for them: an organisation by its name, a person by none."""
    held = [(one, "held") for record in records for one in tx.mandates.of_delegate(record)]
    given = [
        (one, "given") for record in records for one in tx.mandates.of_principal(PrincipalKind.PERSON, record)
    ]
    return [
        {
            "side": side,
            "principal": one.principal_kind.value,
            "organisation": _organisation(tx, one.principal_kind, one.principal_id),
            "role": one.role.value,
            "source": one.source.value,
            "powers": one.powers.value,
            "services": list(one.services),
            "valid_from": moment(one.valid_from),
            "valid_to": moment(one.valid_to),
            "ended_at": moment(one.ended_at),
            "contested": one.contested,
        }
        for one, side in (*held, *given)
    ]


def _organisation(tx: Tx, kind: PrincipalKind, principal_id: str) -> str | None:
    if kind is not PrincipalKind.ORGANISATION:
        return None
    found = tx.organisations.get(OrganisationId(principal_id))
    return None if found is None else found.name


def posts(tx: Tx, person_id: PersonId) -> Part:
    """Return the posts the person holds or held as an official of the city."""
    return [
        {
            "agency_code": post.agency_code,
            "position": post.position,
            "roles": [role.value for role in post.roles],
            "from": moment(post.starts_at),
            "to": moment(post.ends_at),
        }
        for official in tx.officials.of_person(person_id)
        for post in official.posts
    ]


def requests(tx: Tx, person: Person) -> Part:
    """Return what the person asked about their data, with every answer."""
    return [_request(tx, one) for one in requests_of(tx, person.person_id)]


def _request(tx: Tx, one: DataRequest) -> dict[str, object]:
    about = {} if one.client_id is None else service(tx, one.client_id)
    return {
        "number": one.request_id,
        "right": one.right.value,
        **about,
        "what": one.what,
        "why": one.why,
        "state": one.state.value,
        "received_at": moment(one.received_at),
        "answer_due_at": moment(one.answer_due_at),
        "complete_due_at": moment(one.complete_due_at),
        "answer": one.answer or None,
        "answered_at": moment(one.answered_at),
        "extension": one.extension or None,
        "outcome": one.outcome or None,
        "closed_at": moment(one.closed_at),
    }
