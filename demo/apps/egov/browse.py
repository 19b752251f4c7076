"""Egov's pages: what it is, the board of the post one holds now, one file. What a post doesn't reach is not there."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.apps.common.sign_in import SignIn
from demo.apps.common.site import Site, session_of
from demo.apps.common.words import Words
from demo.apps.egov.agencies import seen_by
from demo.apps.egov.board import STATES, files_of_all, find, now

ROLES = {
    "leader": Words("Lãnh đạo", "Leader"),
    "case-officer": Words("Xử lý hồ sơ", "Case officer"),
    "desk-officer": Words("Một cửa", "One-stop desk"),
    "agency-admin": Words("Quản trị hệ thống của cơ quan", "Administrator of the agency's systems"),
    "developer": Words("Phát triển phần mềm", "Developer"),
    "identity-steward": Words("Quản lý định danh", "Identity steward"),
    "security-officer": Words("An ninh thông tin", "Security officer"),
    "auditor": Words("Kiểm toán", "Auditor"),
}
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Browse:
    """The endpoints."""

    site: Site
    sign_in: SignIn

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("/", self.home),
            Route("/board", self.board),
            Route("/files/{number}", self.file),
        ]

    async def home(self, request: Request) -> Response:
        """What this is, and for whom."""
        return self.site.pages.render(request, "home.html")

    async def board(self, request: Request) -> Response:
        """The files that this post sees; `agency` narrows them to one agency of these."""
        visitor = session_of(request).visitor
        if visitor is None:
            return await self.sign_in.begin(request, next_path="/board")
        seen = seen_by(visitor.acting)
        wanted = request.query_params.get("agency")
        shown = [agency for agency in seen if wanted in {None, agency.code}]
        if wanted is not None and not shown:
            raise HTTPException(404)
        files = files_of_all(shown, now())
        return self.site.pages.render(
            request,
            "board.html",
            acting=visitor.acting,
            roles=[ROLES[role] for role in visitor.acting.roles if role in ROLES],
            agencies=seen,
            only=shown[0] if wanted is not None else None,
            files=files[:_MOST_SHOWN],
            count=len(files),
            late=sum(file.is_late(now()) for file in files),
            states=STATES,
            now=now(),
        )

    async def file(self, request: Request) -> Response:
        """One file."""
        visitor = session_of(request).visitor
        if visitor is None:
            return await self.sign_in.begin(request, next_path=request.url.path)
        found = find(request.path_params["number"], seen_by(visitor.acting), now())
        if found is None:
            raise HTTPException(404)
        return self.site.pages.render(
            request,
            "file.html",
            file=found,
            states=STATES,
            may_handle="case-officer" in visitor.acting.roles,
            now=now(),
        )
