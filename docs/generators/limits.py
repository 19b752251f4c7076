"""The page of every limit, from `idp/limits/model.py`."""

from docs.generators.texts import table
from idp.limits.model import Limit

PATH = "docs/reference/limits.md"
_INTRODUCTION = (
    "What may be tried or made how often. Whoever is over a limit is answered `429` with `Retry-After` (RFC 6585 §4),"
    " on every node; what is refused so is not counted. Successes are never counted. An account has counters of its own,"
    " whoever tries it (NIST SP 800-63B-4 §3.2.2). An address is one IPv4 address or one IPv6 /64."
)


def page() -> str:
    """Return the page."""
    rows = [
        (f"`{rule.name}`", rule.counts, rule.of, f"{rule.most:,}", f"{rule.window.total_seconds():.0f} s")
        for rule in (limit.value for limit in Limit)
    ]
    return "\n\n".join(
        ["# Limits", _INTRODUCTION, table(("limit", "what is counted", "whose", "most", "window"), rows)]
    )
