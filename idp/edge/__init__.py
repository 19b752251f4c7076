"""Call in, Answer out: the one ASGI adapter in front of everything (DESIGN 5.11)."""

from idp.edge.answer import Answer, Cookie
from idp.edge.call import BadCall, Call, Endpoint

__all__ = ["Answer", "BadCall", "Call", "Cookie", "Endpoint"]
