"""Put the result of a procedure into the person's documents: the data store's API, with their access token.

RFC 6750 §2.1; RFC 9470 §3: where the API asks for a stronger sign-in, say which. The receipt number makes
it safe to send again.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from demo.apps.common.settings import ssl_context
from demo.apps.portal.filings import Filing
from demo.apps.portal.procedures import PROCEDURES
from demo.apps.portal.settings import PortalSettings

SHARE_SCOPE = "docs.share"
"""What the data store's API asks of whoever brings a document."""
_PARAMETER = re.compile(r'(\w+)="([^"\\]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The data store has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDelivered:
    """The data store does not have it; `step_up` are the authorization parameters that would help."""

    detail: str
    step_up: dict[str, str] | None = None


async def deliver(filing: Filing, *, access_token: str, settings: PortalSettings) -> Delivered | NotDelivered:
    """Send one filing."""
    headers = {"Authorization": f"Bearer {access_token}"}
    try:
        async with httpx.AsyncClient(timeout=5.0, verify=ssl_context(settings.ca_bundle)) as client:
            answer = await client.post(
                f"{settings.data_store_url}/api/documents", json=_document(filing), headers=headers
            )
    except httpx.HTTPError as error:
        return NotDelivered(detail=type(error).__name__)
    if answer.is_success:
        return Delivered()
    challenge = dict(_PARAMETER.findall(answer.headers.get("www-authenticate", "")))
    if challenge.get("error") == "insufficient_user_authentication":
        wanted = {name: challenge[name] for name in ("acr_values", "max_age") if name in challenge}
        if not wanted.get("max_age", "0").isdecimal():
            return NotDelivered(detail="a challenge that cannot be read")
        return NotDelivered(detail="step-up wanted", step_up=wanted)
    return NotDelivered(detail=f"status {answer.status_code}")


def _document(filing: Filing) -> dict[str, object]:
    procedure = PROCEDURES[filing.procedure]
    return {
        "reference": filing.number,
        "kind": procedure.slug,
        "title": {"vi": procedure.result.vi, "en": procedure.result.en},
        "issuer": {"vi": procedure.agency.vi, "en": procedure.agency.en},
        "issued_at": datetime.fromtimestamp(filing.filed_at, UTC).isoformat(),
        "details": [
            {
                "label": {"vi": field.label.vi, "en": field.label.en},
                "value": {"vi": answer.vi, "en": answer.en},
            }
            for field in procedure.fields
            if (answer := field.answer(filing.answers.get(field.name, ""))).vi
        ],
    }
