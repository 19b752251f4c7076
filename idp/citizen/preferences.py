"""Language and appearance: a choice kept in a cookie, and back to the page it was made on."""

import re

from idp.citizen.interaction import posted
from idp.edge import Answer, Call, Cookie
from idp.edge.cookie_names import cookie_name

_A_YEAR = 365 * 24 * 3600
_SAME_ORIGIN_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*", re.ASCII)


async def set_language(call: Call) -> Answer:
    """Keep the language."""
    return _keep(call, "lang", field="language", allowed=frozenset({"vi", "en"}))


async def set_theme(call: Call) -> Answer:
    """Keep the appearance; `device` forgets it."""
    return _keep(call, "theme", field="theme", allowed=frozenset({"light", "dark", "device"}))


async def set_text_size(call: Call) -> Answer:
    """Keep how large the letters are; `normal` forgets it."""
    return _keep(call, "text-size", field="text-size", allowed=frozenset({"large", "larger", "normal"}))


def safe_path(path: str) -> str:
    """Return the path if it stays on this host, else the front page (SECURITY A10)."""
    return path if _SAME_ORIGIN_PATH.fullmatch(path) else "/"


def _keep(call: Call, name: str, *, field: str, allowed: frozenset[str]) -> Answer:
    form = posted(call)
    value = form.get(field, "")
    location = safe_path(form.get("next", "/"))
    if value not in allowed:
        return Answer.redirect(location)
    cookie = Cookie(name=cookie_name(call.provider.settings, name), value=value, max_age=_A_YEAR)
    return Answer.redirect(location, cookie)
