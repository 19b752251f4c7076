"""The app's screens: today, and what it keeps on the device. Tokens are renewed when they are needed and have run out.

A refresh token counts once: the answer brings the next one (RFC 9700 §4.14.2), which is kept before anything else.
"""

import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from demo.apps.common.log import log
from demo.apps.common.outcome import Reason, SignInRefused
from demo.apps.common.site import Site, session_of
from demo.apps.common.words import Words
from demo.apps.smart.cards import cards_for

_SOONEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Screens:
    """The endpoints."""

    site: Site

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("/", self.today),
            Route("/device", self.device),
            Route("/renew", self.renew, methods=["POST"]),
        ]

    async def today(self, request: Request) -> Response:
        """What is on today for whom one acts."""
        visitor = session_of(request).visitor
        if visitor is not None and visitor.access_token_expires_at < time.time() + _SOONEST:
            if (over := await self._renew(request)) is not None:
                return over
            visitor = session_of(request).visitor
        cards = () if visitor is None else cards_for(visitor.acting.kind)
        return self.site.pages.render(request, "today.html", cards=cards)

    async def device(self, request: Request) -> Response:
        """What the app keeps, and how long it lasts."""
        visitor = session_of(request).visitor
        if visitor is None:
            return RedirectResponse("/", status_code=303)
        return self.site.pages.render(
            request, "device.html", seconds=max(0, int(visitor.access_token_expires_at - time.time()))
        )

    async def renew(self, request: Request) -> Response:
        """Renew the tokens now, as the person asks to."""
        if session_of(request).visitor is None:
            return RedirectResponse("/", status_code=303)
        return await self._renew(request) or RedirectResponse("/device", status_code=303)

    async def _renew(self, request: Request) -> Response | None:
        """Renew and keep; return the page that says so where it came to nothing."""
        session = session_of(request)
        visitor = session.visitor
        if visitor is None:
            return None
        try:
            session["visitor"] = (await self.site.provider.renew(visitor)).as_json()
        except SignInRefused as refused:
            log("not renewed", reason=refused.reason.name.lower(), detail=refused.detail)
            if refused.reason is not Reason.UNAVAILABLE:
                self.site.sessions.end(session)
                return self._over(request)
            return self._away(request) if request.method == "POST" else None
        return None

    def _over(self, request: Request) -> Response:
        title = Words("Phiên trên máy này đã kết thúc", "The session on this device has ended")
        text = Words(
            "Hải Phòng ID không gia hạn nữa: đã đăng xuất, đã rút quyền, hoặc quyền làm thay đã hết.",
            "Hải Phòng ID renews it no more: signed out, withdrawn, or the power to act has ended.",
        )
        again = ("sign-in-again", "/sign-in", Words("Đăng nhập lại", "Sign in again"))
        return self.site.message(request, "session-over", status=401, title=title, text=[text], button=again)

    def _away(self, request: Request) -> Response:
        title = Words("Chưa làm mới được", "Not renewed just now")
        text = Words(
            "Hải Phòng ID chưa trả lời. Ứng dụng vẫn mở; thử lại sau.",
            "Hải Phòng ID is not answering. The app stays open; try again later.",
        )
        return self.site.message(request, "not-renewed", status=503, title=title, text=[text])
