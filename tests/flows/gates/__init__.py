"""Which gates stand before each write: for every row that came, went or changed, why this request may have done it.

A gate returns what was missing, in words; nothing is good. A write that no gate knows is wrong.
"""

from collections.abc import Callable, Iterator, Mapping

from tests.flows.gates import contacts, data, factors, mandates, people, services, sessions
from tests.flows.kept import Change, Kept, changes
from tests.flows.proving import Proved
from tests.flows.sent import Sent

Gate = Callable[[Change, Sent, Proved | None], str]


def wrong_writes(sent: Sent, after: Kept, proved: Proved | None) -> Iterator[str]:
    """Yield every write that a gate should have stopped."""
    for change in changes(sent.kept, after):
        missing = GATES[change.table](change, sent, proved)
        if missing:
            what = f"{change.kind} in {change.table} {sorted(change.columns)}"
            yield f"{what} by {sent.method} {sent.path}: {missing}"


def _never(_change: Change, _sent: Sent, _proved: Proved | None) -> str:
    return "nobody here does that"


GATES: Mapping[str, Gate] = {
    "cases": people.case,
    "codes": services.code,
    "consents": services.consent,
    "contact_codes": contacts.contact_code,
    "contacts": contacts.contact,
    "cross_device_sign_ins": sessions.cross_device,
    "data_copies": data.copy,
    "data_requests": data.request,
    "desk_cases": people.desk_case,
    "devices": sessions.device,
    "dispute_links": people.dispute_link,
    "external_links": people.link,
    "grants": services.grant,
    "life_grounds": people.ground,
    "mandate_firms": _never,
    "mandate_invitations": mandates.invitation,
    "mandate_removals": mandates.removal,
    "mandates": mandates.mandate,
    "passkeys": factors.passkey,
    "password_proofs": sessions.password_proof,
    "passwords": factors.password,
    "people": people.person,
    "person_identifiers": people.identifier,
    "recovery_codes": factors.recovery_code,
    "recovery_holds": people.hold,
    "sessions": sessions.session,
    "sign_in_codes": sessions.sign_in_code,
    "totp": factors.totp,
}
