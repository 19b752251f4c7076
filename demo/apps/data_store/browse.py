"""The data store's own pages: what it is, one's documents, one of them. Opening them signs in by itself."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.apps.common.sign_in import SignIn
from demo.apps.common.site import Site, session_of
from demo.apps.common.words import Words
from demo.apps.data_store.documents import Documents

_SERVICES = {
    "cong-dich-vu-cong": Words("Cổng dịch vụ công", "Public services portal"),
    "kho-du-lieu": Words("Kho dữ liệu công dân", "Citizens' data store"),
}
_OTHER = Words("Dịch vụ khác của thành phố", "Another city service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Browse:
    """The endpoints."""

    site: Site
    sign_in: SignIn
    documents: Documents

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("/", self.home),
            Route("/documents", self.list_documents),
            Route("/documents/{document_id}", self.document),
        ]

    async def home(self, request: Request) -> Response:
        """What this is, with the way in."""
        return self.site.pages.render(request, "home.html")

    async def list_documents(self, request: Request) -> Response:
        """One's documents and what services did with them."""
        owner = _owner(request)
        if owner is None:
            return await self.sign_in.begin(request, next_path="/documents")
        self.documents.welcome(owner)
        return self.site.pages.render(
            request,
            "documents.html",
            documents=self.documents.of(owner),
            events=self.documents.events(owner),
            service_name=_service_name,
        )

    async def document(self, request: Request) -> Response:
        """One document."""
        owner = _owner(request)
        if owner is None:
            return await self.sign_in.begin(request, next_path=request.url.path)
        document = self.documents.one(owner, request.path_params["document_id"])
        if document is None:
            raise HTTPException(404)
        return self.site.pages.render(request, "document.html", document=document, service_name=_service_name)


def _owner(request: Request) -> str | None:
    visitor = session_of(request).visitor
    return None if visitor is None else visitor.data_store_owner


def _service_name(client_id: str) -> Words:
    return _SERVICES.get(client_id, _OTHER)
