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
from demo.apps.portal.filings import Filing, Filings
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
            return await self.sign_in.begin(request, next_path=request.url.path)
        draft = self.filings.draft(visitor.sub, procedure.slug)
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
        sub = session.visitor.sub if session.visitor else session.expired_sub
        if sub is not None:
            self.filings.save_draft(sub, procedure.slug, answers)
        if session.visitor is None:
            return self._session_ended(request, procedure, is_kept=sub is not None)
        step = "form?check" if check_answers(procedure.fields, answers) else "review"
        return RedirectResponse(f"/procedures/{procedure.slug}/{step}", status_code=303)

    async def review(self, request: Request) -> Response:
        """Everything once more, before it is filed."""
        visitor, procedure = session_of(request).visitor, find_procedure(request)
        if visitor is None:
            return await self.sign_in.begin(request, next_path=request.url.path)
        draft = self.filings.draft(visitor.sub, procedure.slug)
        if draft is None or check_answers(procedure.fields, draft.answers):
            return RedirectResponse(f"/procedures/{procedure.slug}/form", status_code=303)
        return self.site.pages.render(request, "review.html", procedure=procedure, draft=draft)

    async def submit(self, request: Request) -> Response:
        """File it, once however often it is sent, and hand the result to the data store."""
        procedure, session = find_procedure(request), session_of(request)
        draft_id = (await read_form(request)).get("draft", "")
        visitor = session.visitor
        if visitor is None:
            return self._session_ended(request, procedure, is_kept=session.expired_sub is not None)
        number = self.filings.number_of(visitor.sub, draft_id)
        if number is None:
            draft = self.filings.draft(visitor.sub, procedure.slug)
            if draft is None or draft.draft_id != draft_id or check_answers(procedure.fields, draft.answers):
                return RedirectResponse(f"/procedures/{procedure.slug}/form", status_code=303)
            number = self.filings.file(visitor.sub, draft)
            log("filed", procedure=procedure.slug)
        return RedirectResponse(f"/receipts/{number}/deliver", status_code=303)

    async def discard(self, request: Request) -> Response:
        """Throw the draft away."""
        visitor, procedure = session_of(request).visitor, find_procedure(request)
        if visitor is not None:
            self.filings.drop_draft(visitor.sub, procedure.slug)
        return RedirectResponse("/my-files", status_code=303)

    async def receipt(self, request: Request) -> Response:
        """The receipt, and whether the data store has its copy."""
        visitor = session_of(request).visitor
        if visitor is None:
            return await self.sign_in.begin(request, next_path=request.url.path)
        filing = self.filings.filing(visitor.sub, request.path_params["number"])
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
        filing = self.filings.filing(visitor.sub, request.path_params["number"])
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

    def _session_ended(self, request: Request, procedure: Procedure, *, is_kept: bool) -> Response:
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
        button = ("sign-in-again", f"/sign-in?next=/procedures/{procedure.slug}/form", again)
        text = [kept if is_kept else lost]
        return self.site.message(request, "session-ended", status=401, title=title, text=text, button=button)
