"""File a procedure: form, review, submit, receipt. Every POST answers 303: Back, reload, twice are safe.

A session that ended while someone typed costs nothing: what was sent is kept as their draft. Delivery to
the data store follows the filing and can be repeated. The access token for it comes by the refresh token, or, if
that has ended, after a silent sign-in.
"""

import time
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from demo.apps.common.forms import read_form
from demo.apps.common.log import log
from demo.apps.common.sign_in import SignIn
from demo.apps.common.site import Site, session_of
from demo.apps.common.visitor import Visitor
from demo.apps.common.words import Words
from demo.apps.portal.browse import find_procedure
from demo.apps.portal.delivery import SHARE_SCOPE, NotDelivered, deliver
from demo.apps.portal.fields import check_answers
from demo.apps.portal.filings import FiledBy, Filing, Filings
from demo.apps.portal.powers import hindrance
from demo.apps.portal.procedures import PROCEDURES, Procedure
from demo.apps.portal.settings import PortalSettings

_SOONEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProcedure:
    """The endpoints."""

    site: Site
    sign_in: SignIn
    filings: Filings
    settings: PortalSettings

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("/procedures/{slug}/form", self.form),
            Route("/procedures/{slug}/form", self.save, methods=["POST"]),
            Route("/procedures/{slug}/review", self.review),
            Route("/procedures/{slug}/submit", self.submit, methods=["POST"]),
            Route("/procedures/{slug}/discard", self.discard, methods=["POST"]),
            Route("/receipts/{number}", self.receipt),
            Route("/receipts/{number}/deliver", self.hand_over),
        ]

    async def form(self, request: Request) -> Response:
        """The questions, with what was answered before; `check` shows what is still wrong."""
        visitor, procedure = session_of(request).visitor, find_procedure(request)
        if visitor is None:
            whom = None if "person" in procedure.applicants else procedure.applicants[0]
            return await self.sign_in.begin(request, next_path=request.url.path, for_whom=whom)
        if hindrance(visitor, procedure, now=time.time()):
            return _back_to(procedure)
        draft = self.filings.draft(visitor.owner, procedure.slug)
        answers = {} if draft is None else draft.answers
        problems = check_answers(procedure.fields, answers) if "check" in request.query_params else {}
        return self.site.pages.render(
            request, "form.html", procedure=procedure, answers=answers, problems=problems
        )

    async def save(self, request: Request) -> Response:
        """Keep what was typed, then go on to review or back to what is wrong."""
        procedure, session = find_procedure(request), session_of(request)
        form = await read_form(request)
        answers = {field.name: form.get(field.name, "").strip() for field in procedure.fields}
        whose = session.visitor or session.expired
        if whose is not None:
            self.filings.save_draft(whose.owner, procedure.slug, answers)
        if session.visitor is None:
            return self._session_ended(request, procedure, whose)
        if hindrance(session.visitor, procedure, now=time.time()):
            return _back_to(procedure)
        step = "form?check" if check_answers(procedure.fields, answers) else "review"
        return RedirectResponse(f"/procedures/{procedure.slug}/{step}", status_code=303)

    async def review(self, request: Request) -> Response:
        """Everything once more, before it is filed."""
        visitor, procedure = session_of(request).visitor, find_procedure(request)
        if visitor is None:
            return await self.sign_in.begin(request, next_path=request.url.path)
        if hindrance(visitor, procedure, now=time.time()):
            return _back_to(procedure)
        draft = self.filings.draft(visitor.owner, procedure.slug)
        if draft is None or check_answers(procedure.fields, draft.answers):
            return RedirectResponse(f"/procedures/{procedure.slug}/form", status_code=303)
        return self.site.pages.render(request, "review.html", procedure=procedure, draft=draft)

    async def submit(self, request: Request) -> Response:
        """File it, once however often it is sent, and hand the result to the data store."""
        procedure, session = find_procedure(request), session_of(request)
        draft_id = (await read_form(request)).get("draft", "")
        visitor = session.visitor
        if visitor is None:
            return self._session_ended(request, procedure, session.expired)
        if hindrance(visitor, procedure, now=time.time()):
            return _back_to(procedure)
        number = self.filings.number_of(visitor.owner, draft_id)
        if number is None:
            draft = self.filings.draft(visitor.owner, procedure.slug)
            if draft is None or draft.draft_id != draft_id or check_answers(procedure.fields, draft.answers):
                return RedirectResponse(f"/procedures/{procedure.slug}/form", status_code=303)
            number = self.filings.file(visitor.owner, draft, FiledBy.of(visitor))
            log("filed", procedure=procedure.slug, ctx=visitor.acting.kind)
        return RedirectResponse(f"/receipts/{number}/deliver", status_code=303)

    async def discard(self, request: Request) -> Response:
        """Throw the draft away."""
        visitor, procedure = session_of(request).visitor, find_procedure(request)
        if visitor is not None:
            self.filings.drop_draft(visitor.owner, procedure.slug)
        return RedirectResponse("/my-files", status_code=303)

    async def receipt(self, request: Request) -> Response:
        """The receipt, and whether the data store has its copy."""
        visitor = session_of(request).visitor
        if visitor is None:
            return await self.sign_in.begin(request, next_path=request.url.path)
        filing = self.filings.filing(visitor.owner, request.path_params["number"])
        if filing is None:
            raise HTTPException(404)
        return self.site.pages.render(
            request, "receipt.html", filing=filing, procedure=PROCEDURES[filing.procedure]
        )

    async def hand_over(self, request: Request) -> Response:
        """Hand a filing to the data store, now or after a sign-in that comes back here; harmless to repeat."""
        receipt = f"/receipts/{request.path_params['number']}"
        visitor = session_of(request).visitor
        if visitor is None:
            return await self.sign_in.begin(request, next_path=receipt)
        filing = self.filings.filing(visitor.owner, request.path_params["number"])
        if filing is None:
            raise HTTPException(404)
        if filing.delivered_at is not None:
            return RedirectResponse(receipt, status_code=303)
        access_token = await self._data_store_token(request, visitor)
        is_first = "again" not in request.query_params  # one try: after that the receipt says what to do
        again = f"{receipt}/deliver?again"
        if access_token is None and is_first:
            return await self.sign_in.begin(request, next_path=again, fallback_path=receipt, silent=True)
        if access_token is not None:
            step_up = await self._deliver(filing, access_token)
            if step_up and is_first:
                session_of(request)["step_up"] = step_up
                return await self.sign_in.begin(request, next_path=again)
        return RedirectResponse(receipt, status_code=303)

    async def _deliver(self, filing: Filing, access_token: str) -> dict[str, str] | None:
        """Send the filing; return what stronger sign-in the data store asks for, if it does."""
        outcome = await deliver(filing, access_token=access_token, settings=self.settings)
        if isinstance(outcome, NotDelivered):
            log("not delivered", detail=outcome.detail)
            return outcome.step_up
        self.filings.delivered(filing.number)
        return None

    async def _data_store_token(self, request: Request, visitor: Visitor) -> str | None:
        """Return an access token for the data store's API that lives on, None if only a sign-in gives one."""
        if visitor.data_store_token and visitor.data_store_token_expires_at > time.time() + _SOONEST:
            return visitor.data_store_token
        if visitor.refresh_token is None:
            return None
        tokens = await self.site.provider.token_for(
            self.settings.data_store_audience, scope=SHARE_SCOPE, refresh_token=visitor.refresh_token
        )
        if tokens is None or not isinstance(tokens.get("access_token"), str):
            return None
        fresh = replace(
            visitor,
            data_store_token=tokens["access_token"],
            data_store_token_expires_at=int(tokens.get("expires_at") or 0),
            refresh_token=tokens.get("refresh_token") or visitor.refresh_token,
        )
        session_of(request)["visitor"] = fresh.as_json()
        return fresh.data_store_token

    def _session_ended(self, request: Request, procedure: Procedure, whose: Visitor | None) -> Response:
        title = Words("Phiên làm việc đã kết thúc", "The session has ended")
        kept = Words(
            "Nội dung vừa nhập đã được lưu thành bản nháp. Đăng nhập lại để làm tiếp.",
            "What was typed is kept as a draft. Sign in again to go on.",
        )
        lost = Words(
            "Đã đăng xuất, nên nội dung vừa gửi không được lưu. Đăng nhập lại để làm tiếp.",
            "You have been signed out, so what was just sent was not kept. Sign in again to go on.",
        )
        again = Words("Đăng nhập lại", "Sign in again")
        for_whom = f"for={whose.acting.kind}&" if whose and whose.acting.kind != "person" else ""
        button = ("sign-in-again", f"/sign-in?{for_whom}next=/procedures/{procedure.slug}/form", again)
        text = [lost if whose is None else kept]
        return self.site.message(request, "session-ended", status=401, title=title, text=text, button=button)


def _back_to(procedure: Procedure) -> Response:
    """Go to the page that says why it can't be filed as things are."""
    return RedirectResponse(f"/procedures/{procedure.slug}", status_code=303)
