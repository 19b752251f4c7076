"""The services of a person as rows of a page, as what is known of them says it."""

from collections.abc import Sequence
from hashlib import sha256

from idp.citizen.account import Holder
from idp.citizen.consent_offer import labels_of
from idp.citizen.services.found import Found
from idp.consents.model import ConsentRecord, goes_by_law, rests_on_consent
from idp.edge import Call
from idp.edge.page import language_of, relying_party
from idp.protocol.facts import ClientFacts
from idp.ui.account_rows import Connected, Given
from idp.ui.formatting import reference
from idp.ui.pages import shown_name

HOME = "/account/services"


def connected(call: Call, holder: Holder, found: Found, client: ClientFacts) -> Connected:
    """Return the row."""
    granted = [one for one in found.records if one.granted]
    decided = [one.decided_at for one in found.records]
    withdrawn = [one.withdrawn_at for one in found.records if one.withdrawn_at is not None]
    agreed = [one for one in granted if rests_on_consent(one, client)]
    by_law = [one for one in granted if goes_by_law(one, client)]
    taken_back = [one for one in granted if one.withdrawn_at is not None]
    is_sent = bool(agreed or by_law) or not withdrawn
    first = [*decided, *([found.use.first] if found.use else [])]
    last = [*decided, *([found.use.last] if found.use else [])]
    return Connected(
        client_id=client.client_id,
        name=shown_name(relying_party(client, client.first_redirect_uri), language_of(call)),
        agency=client.agency,
        host=relying_party(client, client.first_redirect_uri).host,
        since=min(first),
        last_used=max(last),
        is_sent=is_sent,
        is_agreed=bool(agreed),
        is_by_law=bool(by_law) or (is_sent and not agreed),
        law=client.law,
        agreed=_labels(call, holder, agreed),
        by_law=_labels(call, holder, by_law),
        taken_back=_labels(call, holder, taken_back),
        given=tuple(_given(call, holder, one) for one in found.records),
        withdrawn_at=max(withdrawn) if withdrawn and not agreed else None,
        number=number_of(found.records),
    )


def number_of(records: Sequence[ConsentRecord]) -> str:
    """Return the number of a receipt: made of the records it is about, so that the same ones have the same."""
    text = "\n".join(sorted(f"{one.consent_id} {one.withdrawn_at or ''}" for one in records))
    return reference(sha256(text.encode()).hexdigest()[:12].upper())


def _labels(call: Call, holder: Holder, records: Sequence[ConsentRecord]) -> tuple[str, ...]:
    now = call.provider.clock.now()
    labels = (label for one in records for label in labels_of(one.scope, holder.person, now))
    return tuple(dict.fromkeys(labels))


def _given(call: Call, holder: Holder, record: ConsentRecord) -> Given:
    return Given(
        labels=labels_of(record.scope, holder.person, call.provider.clock.now()),
        basis=record.basis.value,
        is_granted=record.granted,
        decided_at=record.decided_at,
        withdrawn_at=record.withdrawn_at,
        text_version=record.text_version,
        text_hash=record.text_hash,
        by_other=record.decided_by is not None,
    )
