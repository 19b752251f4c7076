"""The portal's pages that only show: home, a procedure, one's own files."""

import time
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.apps.common.sign_in import SignIn
from demo.apps.common.site import Site, session_of
from demo.apps.portal.filings import Filings
from demo.apps.portal.powers import FOR_WHOM, hindrance
from demo.apps.portal.procedures import PROCEDURES, Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Browse:
    """The endpoints."""

    site: Site
    sign_in: SignIn
    filings: Filings

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("/", self.home),
            Route("/procedures/{slug}", self.procedure),
            Route("/my-files", self.my_files),
        ]

    async def home(self, request: Request) -> Response:
        """The procedures, and for someone signed in what they left half done."""
        visitor = session_of(request).visitor
        drafts = [] if visitor is None else self.filings.drafts(visitor.owner)
        return self.site.pages.render(
            request, "home.html", procedures=PROCEDURES, drafts=drafts, for_whom=FOR_WHOM
        )

    async def procedure(self, request: Request) -> Response:
        """What a procedure takes, before anybody signs in; and whether it may be filed in whose name one acts."""
        procedure, visitor = find_procedure(request), session_of(request).visitor
        found = None if visitor is None else hindrance(visitor, procedure, now=time.time())
        return self.site.pages.render(
            request, "procedure.html", procedure=procedure, hindrance=found, for_whom=FOR_WHOM
        )

    async def my_files(self, request: Request) -> Response:
        """Drafts and filings."""
        visitor = session_of(request).visitor
        if visitor is None:
            return await self.sign_in.begin(request, next_path="/my-files")
        return self.site.pages.render(
            request,
            "my_files.html",
            procedures=PROCEDURES,
            drafts=self.filings.drafts(visitor.owner),
            filings=self.filings.filings(visitor.owner),
        )


def find_procedure(request: Request) -> Procedure:
    """Return the procedure that the path names."""
    procedure = PROCEDURES.get(request.path_params["slug"])
    if procedure is None:
        raise HTTPException(404)
    return procedure
