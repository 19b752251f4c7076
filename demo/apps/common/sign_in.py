"""Sign in with Hải Phòng ID: begin, come back, and a clear page whenever it comes to nothing.

For whom one acts is a part of it. A plain sign-in is for oneself; `/sign-in?for=choose` asks at the provider, which
needs no other login while its session lasts; a sign-in in between (stronger, or silent) stays with whom it was for.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from demo.apps.common.log import log
from demo.apps.common.outcome import Reason, SignInRefused
from demo.apps.common.site import Site, session_of
from demo.apps.common.visitor import Visitor
from demo.apps.common.words import Words

CHOOSE = "choose"
"""`ctx_hint` that asks for whom, though it was answered before (docs/how-to/act-for.md)."""
_LONGEST_CODE = 35
_LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}

_PAGES: dict[Reason, tuple[str, int, Words, tuple[Words, ...]]] = {
    Reason.MISMATCH: (
        "sign-in-mismatch",
        400,
        Words("Lượt đăng nhập này không còn dùng được", "This sign-in can no longer be used"),
        (
            Words(
                "Nó đã cũ, đã dùng rồi, hoặc bắt đầu ở một trình duyệt khác. Chưa ai được đăng nhập.",
                "It is old, was used before, or was begun in another browser. Nobody has been signed in.",
            ),
        ),
    ),
    Reason.STOPPED: (
        "not-signed-in",
        403,
        Words("Chưa đăng nhập", "Not signed in"),
        (
            Words(
                "Lượt đăng nhập đã dừng ở Hải Phòng ID. Không có thông tin nào được gửi đến đây.",
                "The sign-in was stopped at Hải Phòng ID. No information was sent here.",
            ),
        ),
    ),
    Reason.TOO_WEAK: (
        "level-too-low",
        403,
        Words("Cần xác thực mức cao hơn", "A stronger sign-in is needed"),
        (
            Words(
                "Dịch vụ này cần xác thực từ mức đáng kể. Bản nháp đã lưu vẫn còn.",
                "This service needs at least the substantial level. Saved drafts are still here.",
            ),
            Words(
                "Tài khoản mức độ 01 nâng lên mức độ 02 tại công an cấp xã bất kỳ, mang theo thẻ căn cước.",
                "A level 01 account is raised to level 02 at any commune police office; bring the ID card.",
            ),
        ),
    ),
    Reason.UNAVAILABLE: (
        "provider-down",
        503,
        Words("Hải Phòng ID chưa trả lời", "Hải Phòng ID is not answering"),
        (
            Words(
                "Chưa đăng nhập được lúc này. Bản nháp đã lưu vẫn còn. Thử lại sau ít phút.",
                "Signing in is not possible just now. Drafts are kept. Try again in a few minutes.",
            ),
        ),
    ),
    Reason.UNVERIFIED: (
        "sign-in-unverified",
        502,
        Words("Không xác nhận được lượt đăng nhập", "The sign-in could not be verified"),
        (
            Words(
                "Câu trả lời nhận được không qua được kiểm tra, nên chưa ai được đăng nhập.",
                "The answer received did not pass the checks, so nobody has been signed in.",
            ),
        ),
    ),
}


async def accept_as_is(visitor: Visitor) -> Visitor:
    """Take the visitor as the provider told."""
    return visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The endpoints of a relying party's sign-in."""

    site: Site
    accept: Callable[[Visitor], Awaitable[Visitor]] = accept_as_is
    """The service's last word on who signs in; may raise SignInRefused."""
    advice: Words | None = None
    """Said beside whatever a sign-in came to nothing for: whom this service is for."""

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [Route("/sign-in", self.sign_in), Route("/callback", self.callback)]

    async def sign_in(self, request: Request) -> Response:
        """Begin, and come back to `next`; `for` says for whom, or to ask, `org` for which organisation by its code."""
        asked = request.query_params.get("for")
        for_whom = asked if asked in {*self.site.provider.contexts, CHOOSE} else None
        org = request.query_params.get("org", "")
        is_code = org.isascii() and org.replace(".", "").isalnum() and len(org) <= _LONGEST_CODE
        next_path = safe_path(request.query_params.get("next"))
        return await self.begin(
            request, next_path=next_path, for_whom=for_whom, org_hint=org if is_code else None
        )

    async def begin(
        self,
        request: Request,
        *,
        next_path: str,
        fallback_path: str | None = None,
        silent: bool = False,
        for_whom: str | None = None,
        org_hint: str | None = None,
    ) -> Response:
        """Send the browser to the provider; `fallback_path`: where to go if a silent try needs the person.

        `for_whom`: a context, or CHOOSE; None: as now, and somebody not signed in is asked no question.
        """
        if elsewhere := self._other_loopback_name(request):
            return RedirectResponse(elsewhere, status_code=302)
        step_up = session_of(request).pop("step_up", None) or {}
        visitor = session_of(request).visitor
        more: dict[str, str | None] = {"ui_locales": self.site.pages.language(request), **step_up}
        more |= self._hints(visitor, for_whom, org_hint)
        stays = visitor.owner if visitor is not None and for_whom is None else None
        if silent:
            more["prompt"] = "none"
        try:
            return await self.site.provider.begin(
                request, next_path=next_path, fallback_path=fallback_path or next_path, stays=stays, **more
            )
        except SignInRefused as refused:
            return self._explain(request, refused, next_path=next_path)

    async def callback(self, request: Request) -> Response:
        """Take the provider's answer."""
        try:
            finished = await self.site.provider.finish(request)
            visitor = await self.accept(_with_name_of_actor(finished.visitor, session_of(request).visitor))
        except SignInRefused as refused:
            if refused.reason is Reason.NEEDS_PERSON:
                return RedirectResponse(refused.next_path, status_code=303)
            return self._explain(request, refused, next_path=refused.next_path)
        session_of(request).sign_in(visitor)
        log("signed in", acr=visitor.acr, ctx=visitor.acting.kind)
        is_same = finished.stays in {None, visitor.owner}  # what they were about is another's files otherwise
        return RedirectResponse(finished.next_path if is_same else "/", status_code=303)

    def _hints(
        self, visitor: Visitor | None, for_whom: str | None, org_hint: str | None = None
    ) -> dict[str, str]:
        """Return how the provider can spare the question; a hint gives no power (docs/how-to/act-for.md)."""
        contexts = self.site.provider.contexts
        if contexts == ("person",):
            return {}
        if for_whom is not None:
            return {"ctx_hint": for_whom} | ({"org_hint": org_hint} if org_hint else {})
        if visitor is None:
            return {"ctx_hint": "person"} if "person" in contexts else {}
        acting = visitor.acting
        hints = {"ctx_hint": acting.kind}
        if acting.kind == "ward":
            return hints | {"id_token_hint": visitor.id_token}
        named = acting.identifier or acting.agency
        return hints | ({"org_hint": named} if named else {})

    def _explain(self, request: Request, refused: SignInRefused, *, next_path: str) -> Response:
        log("sign-in refused", reason=refused.reason.name.lower(), detail=refused.detail)
        slug, status, title, text = _PAGES[refused.reason]
        text = (*text, self.advice) if self.advice else text
        again = ("sign-in-again", f"/sign-in?next={next_path}", Words("Đăng nhập lại", "Sign in again"))
        return self.site.message(request, slug, status=status, title=title, text=text, button=again)

    def _other_loopback_name(self, request: Request) -> str | None:
        """Return our own address where the browser used another name of this machine: cookies differ."""
        host, own = request.headers.get("host", ""), urlsplit(self.site.settings.base_url)
        name, _, port = host.rpartition(":")
        is_other = name in _LOOPBACK and own.hostname in _LOOPBACK and host != own.netloc
        if not is_other or port != str(own.port):
            return None
        query = f"?{request.url.query}" if request.url.query else ""
        return f"{self.site.settings.base_url}{request.url.path}{query}"


def _with_name_of_actor(visitor: Visitor, before: Visitor | None) -> Visitor:
    """Keep the name of who acts for a ward, if it was the same person who was signed in here before."""
    if visitor.acting.kind != "ward" or before is None or before.acting.actor != visitor.acting.actor:
        return visitor
    name = before.actor_name if before.acting.kind == "ward" else before.subject_name
    return replace(visitor, actor_name=name)


def safe_path(path: str | None) -> str:
    """Return a path of this service; anything else becomes the home page (no open redirect)."""
    if path is None or not path.startswith("/") or path[1:2] in {"/", "\\"}:
        return "/"
    is_plain = all(character.isalnum() or character in "/-_" for character in path)
    return path if is_plain and path.isascii() and len(path) <= 200 else "/"
