"""Refusals in SCIM's own form – RFC 7644 §3.12; those of a token with the challenge of RFC 6750 §3."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import ValidationError
from scim2_models import Error, SCIMException

from idp.database import DatabaseUnavailable
from idp.edge import Answer, BadCall, Call
from idp.edge.answer import NO_STORE
from idp.officials.model import RecordRefused
from idp.officials.service import GONE

MEDIA_TYPE = "application/scim+json"
_ATTRIBUTES: Mapping[str, str] = {
    "employee_number": "userName",
    "agency": "department",
    "personal_id": "personalId",
    "posts.valid_from": "posts.validFrom",
    "posts.valid_to": "posts.validTo",
    "email": "emails",
}


class ScimRefusal(Exception):
    """An answer of the table in §3.12."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        scim_type: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type
        self.headers = headers

    def body(self) -> dict[str, object]:
        """Return the error as JSON."""
        return Error(status=self.status, scim_type=self.scim_type, detail=self.detail).model_dump()


REFUSED = (ScimRefusal, SCIMException, ValidationError, RecordRefused, BadCall, DatabaseUnavailable)
"""What is told in SCIM's form; anything else is a fault of ours."""


def refusal_of(error: Exception) -> ScimRefusal:
    """Return how one of these is told."""
    match error:
        case ScimRefusal():
            return error
        case SCIMException():
            # of several lines is what a library says of its insides
            detail = "a value is not of its attribute's type" if "\n" in error.detail else error.detail
            return ScimRefusal(error.status, detail, scim_type=error.scim_type or None)
        case ValidationError():
            first = Error.from_validation_errors(error)[0]
            return ScimRefusal(first.status or 400, first.detail or "", scim_type=first.scim_type)
        case RecordRefused():
            return _of_record(error)
        case BadCall():
            return ScimRefusal(error.status, error.reason)
        case DatabaseUnavailable():
            return ScimRefusal(503, "try again in a moment", headers=(("retry-after", "2"),))
        case _:
            raise error


def scim_error(call: Call, error: Exception) -> Answer:
    """Return the answer for whatever was raised under /scim."""
    if not isinstance(error, REFUSED):
        return _answer(ScimRefusal(500, f"a fault of ours; quote {call.txn}"))
    return replace(_answer(refusal_of(error)), note="expected")


def _answer(refusal: ScimRefusal) -> Answer:
    answer = Answer.json(refusal.body(), status=refusal.status, headers=(*NO_STORE, *refusal.headers))
    others = tuple(pair for pair in answer.headers if pair[0] != "content-type")
    return replace(answer, headers=(("content-type", MEDIA_TYPE), *others))


def _of_record(error: RecordRefused) -> ScimRefusal:
    if error is GONE:
        return ScimRefusal(404, "no such user")
    attribute = _ATTRIBUTES.get(error.member, error.member)
    if error.is_taken:
        return ScimRefusal(409, f"{attribute}: {error.reason}", scim_type="uniqueness")
    if error.is_beyond:
        return ScimRefusal(403, f"{attribute}: {error.reason}")
    return ScimRefusal(400, f"{attribute}: {error.reason}", scim_type="invalidValue")
