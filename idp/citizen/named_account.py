"""Whose account a typed name asks for, at every form that takes one; nobody's is looked up and counted alike."""

import re

from idp.people.identifiers import normal_form
from idp.people.model import IdentifierScheme, Named
from idp.transaction import Tx

LONGEST = 1024
"""Letters of a name that is looked up."""
_PHONE = re.compile(r"[+0-9 .()-]+")


def find_named(tx: Tx, username: str) -> tuple[Named | None, str]:
    """Return who is called so, and what attempts on the name are counted under (SECURITY E16)."""
    name, find = username.casefold(), tx.people.find_named
    # all three and in this order, whoever is found: else the time it takes would tell nobody's name from somebody's
    by_username = find(IdentifierScheme.USERNAME, name)
    by_email = find(IdentifierScheme.EMAIL, name)
    by_phone = find(IdentifierScheme.PHONE, name)
    holder = by_username or by_email or by_phone
    nobody = tx.attempts.nobody(_spelled(username))
    return holder, holder.person_id if holder else nobody


def _spelled(username: str) -> str:
    """Return the form in which two spellings of a name that is nobody's meet, as those of somebody's do (E10)."""
    plain = normal_form(IdentifierScheme.USERNAME, username)  # a number in wide digits is one too
    return normal_form(IdentifierScheme.PHONE, plain) if _PHONE.fullmatch(plain) else plain
