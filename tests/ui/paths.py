"""Where the links and forms of the pages may lead: every path of ours that a page names."""

from idp.ui import navigation

OWN_PATHS = {
    "/",
    "/lock",
    "/unlock",
    "/recover",
    "/recover/desk",
    "/help",
    "/phong-lua-dao",
    "/privacy",
    "/accessibility",
    "/end_session",
    "/status",
}
PASSED_IN = {"/account/services", "/signed-out"}
ACCOUNT = {section.path for section in navigation.ACCOUNT} | {
    *("/account/history/not-me", "/account/history/ask-why", "/account/history/file"),
    *(f"/account/contacts{page}" for page in ("/code", "/remove", "/sign-in")),
    *("/account/data/request", "/account/data/close"),
    *(f"/account/services{page}" for page in ("/service", "/receipt")),
    *(f"/account/mandates{page}" for page in ("", "/organisation", "/person", "/firm", "/clients", "/act")),
}
METHODS = {f"/account/methods{page}" for page in ("", "/password", "/totp", "/recovery-codes", "/remove")} | {
    f"/account/methods/passkeys{page}" for page in ("", "/add", "/rename", "/remove")
}
STEPS = {
    "/sign-in",
    "/sign-in/passkey",
    "/sign-in/otp",
    "/sign-in/recovery",
    "/sign-in/national",
    "/sign-in/password",
    "/sign-in/waiting",
    "/sign-in/code",
    "/step-up",
    "/sign-in/code/enter",
    "/authorize/resume",
}
ACTIONS = {
    *("/language", "/theme", "/text-size", "/act-for", "/consent", "/end_session/confirm"),
    *("/sign-in/national", "/sign-in/password", "/sign-in/otp", "/sign-in/cancel", "/sign-in/continue"),
    *("/sign-in/recovery", "/sign-in/recovery/kept"),
    *("/sign-in/code", "/sign-in/code/enter"),
    *(f"/account/contacts{page}" for page in ("", "/code", "/remove", "/sign-in")),
    *(METHODS - {"/account/methods"}),
    "/sign-in/passkey",
    *("/sign-in/qr", "/sign-in/qr/confirmed", "/q", "/q/sign-in", "/q/BCDF-GHJK"),
    *("/lock", "/lock/recovery", "/unlock", "/not-me", "/account/history/ask-why"),
    *("/recover", "/recover/renew", "/recover/desk", "/recover/desk/bind"),
    *("/account/sessions", "/account/history/not-me", "/account/services/withdraw", "/account/number"),
    *(f"/account/data/{page}" for page in ("copy", "copy/file", "copy/page", "restriction", "close")),
    *("/account/data/request", "/account/data/request/withdraw"),
    *("/administrator/start", "/administrator/totp", "/account/sign-in", "/account/devices"),
    *(f"/account/mandates/{page}" for page in ("person", "firm", "clients", "act")),
}
