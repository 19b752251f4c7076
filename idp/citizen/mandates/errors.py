"""A rule that was broken, as the page says it."""

from idp.mandates.model import MandateRefused, Rule
from idp.ui.errors import ErrorSummary, one_error

_FIELDS = {
    Rule.WIDER: "area",
    Rule.AREAS: "area",
    Rule.LONGER: "last-day",
    Rule.TERM: "last-day",
    Rule.TWO_ADMINISTRATORS: "role",
    Rule.FIRM: "tax-code",
    Rule.SELF: "number",
}
"""Rule → the field of the form it is about."""


def broken_rule(error: MandateRefused, *, in_form: bool = True) -> ErrorSummary:
    """Return the summary: `in_form`: on a page with the fields of appointing."""
    key = f"mandate_{error.rule.value.replace('-', '_')}"
    return one_error(key, at=_FIELDS.get(error.rule) if in_form else None)
