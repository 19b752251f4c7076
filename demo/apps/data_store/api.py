"""The API other services use: `/api/documents`, access tokens checked offline (RFC 9068, RFC 6750, RFC 9470).

GET needs docs.read, POST needs docs.share. Whose documents they are the token alone says: its `sub`, which is the
ward's where somebody acts for one, or the organisation in `org`; the service is its `client_id`. Nothing else of the
request counts. The same reference brought again by the same service is the same document.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, FastAPI, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse

from demo.apps.common.acting import ContradictoryClaims, Kind, read_acting
from demo.apps.common.words import Words
from demo.apps.data_store.documents import Documents
from demo.apps.data_store.model import Document, NewDocument
from demo.apps.data_store.settings import DataStoreSettings
from resource_server import AccessTokenVerifier, TokenRefused, VerifiedToken
from resource_server.dependency import refusal_response, require

READ_SCOPE, SHARE_SCOPE = "docs.read", "docs.share"
CONTEXTS: tuple[Kind, ...] = ("person", "organisation", "ward", "archive")
"""For whom documents are read; into an archive nothing is put."""
_IN_FORCE = tuple(kind for kind in CONTEXTS if kind != "archive")

Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class Pair(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(extra="forbid")

    vi: Text
    en: Text

    def words(self) -> Words:
        """Return it as pages use it."""
        return Words(self.vi, self.en)


class Detail(BaseModel):
    """One line of a document."""

    model_config = ConfigDict(extra="forbid")

    label: Pair
    value: Pair


class DocumentIn(BaseModel):
    """A document as a service brings it."""

    model_config = ConfigDict(extra="forbid")

    reference: Name
    kind: Name
    title: Pair
    issuer: Pair
    issued_at: AwareDatetime
    details: list[Detail] = Field(default=[], max_length=50)

    def document(self) -> NewDocument:
        """Return it as it is kept."""
        return NewDocument(
            reference=self.reference,
            kind=self.kind,
            title=self.title.words(),
            issuer=self.issuer.words(),
            details=tuple((detail.label.words(), detail.value.words()) for detail in self.details),
            issued_at=self.issued_at.timestamp(),
        )


def documents_api(
    settings: DataStoreSettings, verifier: AccessTokenVerifier, documents: Documents
) -> Callable[[FastAPI], None]:
    """Return what adds the API to an application."""
    reader = require(verifier, scopes=READ_SCOPE, acr=settings.read_acr)
    max_age = timedelta(seconds=settings.share_max_age) if settings.share_max_age else None
    sharer = require(verifier, scopes=SHARE_SCOPE, acr=settings.share_acr, max_age=max_age)

    def add_to(app: FastAPI) -> None:
        app.add_exception_handler(TokenRefused, refusal_response)
        app.add_exception_handler(RequestValidationError, _unusable)

        @app.get("/api/documents")
        async def read(token: Annotated[VerifiedToken, Depends(reader)]) -> dict[str, object]:
            owner = _owner(token)
            documents.welcome(owner)
            documents.note_reading(owner, token.client_id)
            return {"documents": [_as_json(document) for document in documents.of(owner)]}

        @app.post("/api/documents", status_code=201)
        async def share(
            token: Annotated[VerifiedToken, Depends(sharer)], brought: DocumentIn, response: Response
        ) -> dict[str, object]:
            owner = _owner(token, _IN_FORCE)
            documents.welcome(owner)
            document_id, is_new = documents.add(owner, token.client_id, brought.document())
            response.status_code = 201 if is_new else 200
            return {"document_id": document_id}

    return add_to


def _owner(token: VerifiedToken, contexts: tuple[Kind, ...] = CONTEXTS) -> str:
    """Return whose documents a token is about; a context that is none of a citizen's gets none (an official's)."""
    claims = {"ctx": "person", **token.claims}  # of a client that registered no other
    try:
        return read_acting(claims, contexts=contexts, now=time.time()).owner
    except ContradictoryClaims as error:
        raise TokenRefused(
            status=403, error="insufficient_scope", description=str(error), www_authenticate=None
        ) from error


async def _unusable(_request: Request, _error: Exception) -> JSONResponse:
    """Say that the body is wrong, without giving its content back."""
    return JSONResponse({"error": "invalid_document"}, status_code=422)


def _as_json(document: Document) -> dict[str, object]:
    content = document.content
    return {
        "document_id": document.document_id,
        "reference": content.reference,
        "kind": content.kind,
        "title": {"vi": content.title.vi, "en": content.title.en},
        "issuer": {"vi": content.issuer.vi, "en": content.issuer.en},
        "issued_at": content.issued_at,
        "is_sample": document.is_sample,
    }
