"""For whom a person acts, as the page of notice and consent shows it: organisation, power, agency, post. Pure."""

from collections.abc import Mapping

from markupsafe import Markup

from idp.days import last_day
from idp.protocol.acting import ContextKind
from idp.protocol.context import Choice
from idp.ui.formatting import beside, date, in_vietnamese
from idp.ui.language import Language
from idp.ui.strings import STRINGS


def acting_value(label: str, choice: Choice | None, language: Language) -> Markup:
    """Return what is sent under a label; empty where nothing is, since the person acts for themselves."""
    organisation, mandate, post = (
        (None, None, None) if choice is None else (choice.organisation, choice.mandate, choice.post)
    )
    match label:
        case "claim_org" if organisation is not None:
            return beside(in_vietnamese(organisation.name, language), organisation.identifier)
        case "claim_mandate" if choice is not None and mandate is not None:
            words = STRINGS[language]
            areas = ", ".join(words[f"area_{_key(area)}"] for area in mandate.services)
            is_owner = organisation is not None and organisation.is_household
            role = "owner" if is_owner and mandate.role == "representative" else mandate.role
            return beside(words[f"role_{role}"], areas, _until(choice, words, language))
        case "claim_agency" if post is not None:
            return beside(in_vietnamese(post.agency_name, language), post.employee_number)
        case "claim_position" if post is not None:
            return in_vietnamese(post.position, language)
        case "claim_roles" if post is not None:
            return Markup(", ").join(STRINGS[language][f"office_{_key(role)}"] for role in post.roles)
        case _:
            return Markup()


def _until(choice: Choice, words: Mapping[str, str], language: Language) -> str:
    ends_at = None if choice.kind is ContextKind.WARD else choice.ends_at  # it would tell the birth date
    return "" if ends_at is None else words["act_until"].format(date=date(last_day(ends_at), language))


def _key(code: str) -> str:
    return code.replace("-", "_")
