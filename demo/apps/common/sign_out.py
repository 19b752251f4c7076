"""Sign out here, sign out everywhere (RP-Initiated Logout 1.0), and be signed out by the provider.

Back-Channel Logout 1.0 §2.5–2.8: the provider posts a logout token; 200 when the sessions are gone, 400
when the token is not good, 503 when nobody can tell and it should be sent again.
"""

import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from demo.apps.common.forms import read_form
from demo.apps.common.log import log
from demo.apps.common.logout_token import LogoutTokenRefused, check_logout_token
from demo.apps.common.outcome import SignInRefused
from demo.apps.common.site import BACK_CHANNEL_LOGOUT, Site, session_of
from demo.apps.common.words import Words
from resource_server import KeysUnavailable

_KEEP_JTI = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """The endpoints of a relying party's sign-out."""

    site: Site

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("/sign-out", self.here, methods=["POST"]),
            Route("/sign-out/everywhere", self.everywhere, methods=["POST"]),
            Route("/signed-out", self.signed_out),
            Route(BACK_CHANNEL_LOGOUT, self.back_channel, methods=["POST"]),
        ]

    async def here(self, request: Request) -> Response:
        """End this browser's session at this service only."""
        self.site.sessions.end(session_of(request))
        return RedirectResponse("/signed-out?here", status_code=303)

    async def everywhere(self, request: Request) -> Response:
        """End the session here, then ask the provider to end its own and everyone's."""
        session = session_of(request)
        visitor = session.visitor
        self.site.sessions.end(session)
        if visitor is None:
            return RedirectResponse("/signed-out", status_code=303)
        lang = self.site.pages.language(request)
        try:
            return await self.site.provider.logout_redirect(
                request, id_token_hint=visitor.id_token, ui_locales=lang
            )
        except SignInRefused as refused:
            log("sign-out everywhere failed", detail=refused.detail)
            title = Words(
                "Đã đăng xuất ở đây, chưa đăng xuất ở nơi khác", "Signed out here, not yet elsewhere"
            )
            text = Words(
                "Hải Phòng ID chưa trả lời. Nếu dùng máy chung, hãy đóng trình duyệt.",
                "Hải Phòng ID is not answering. On a shared computer, close the browser.",
            )
            return self.site.message(request, "signed-out-here", status=503, title=title, text=[text])

    async def signed_out(self, request: Request) -> Response:
        """Say what ended."""
        back = ("back", "/", Words("Về trang chủ", "Go to the home page"))
        if "here" in request.query_params:
            title = Words("Đã đăng xuất ở trang này", "Signed out here")
            text = Words(
                "Vẫn đang đăng nhập Hải Phòng ID và các dịch vụ khác của thành phố.",
                "You are still signed in to Hải Phòng ID and to other city services.",
            )
            return self.site.message(
                request, "signed-out-here", status=200, title=title, text=[text], button=back
            )
        everywhere = await self.site.provider.is_own_logout(request)
        title = (
            Words("Đã đăng xuất mọi nơi", "Signed out everywhere")
            if everywhere
            else Words("Đã đăng xuất", "Signed out")
        )
        text = Words(
            "Hải Phòng ID đã đóng phiên và báo cho các dịch vụ đã mở.",
            "Hải Phòng ID has ended the session and told the services that were open.",
        )
        shown = [text] if everywhere else []
        return self.site.message(request, "signed-out", status=200, title=title, text=shown, button=back)

    async def back_channel(self, request: Request) -> Response:
        """Take a logout token (§2.5)."""
        form, now = await read_form(request), time.time()
        try:
            token = await check_logout_token(
                form.get("logout_token", ""),
                keys=self.site.provider_keys,
                expected_audience=self.site.settings.client_id,
                now=now,
            )
        except LogoutTokenRefused as refused:
            return _refusal(400, "invalid_request", str(refused))
        except KeysUnavailable:
            return _refusal(503, "temporarily_unavailable", "the provider's keys cannot be read just now")
        ended = self.site.sessions.end_by_logout_token(
            jti=token.jti, keep_until=token.exp + _KEEP_JTI, sub=token.sub, sid=token.sid
        )
        if ended is None:
            return _refusal(400, "invalid_request", "the logout token was used before")
        log("back-channel logout", sessions_ended=ended)
        return Response(status_code=200)


def _refusal(status: int, error: str, description: str) -> Response:
    log("back-channel logout refused", detail=description)
    return JSONResponse({"error": error, "error_description": description}, status_code=status)
