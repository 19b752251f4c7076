"""Walks that journeys share: to the account's passkeys, one made, one used, and what the inbox tells of a recovery."""

from tests.journeys.people import go_to_national, prove_nationally
from tests.journeys.stack import Stack, wait_until
from tests.journeys.visitor import Visitor

PASSKEYS = "/account/methods/passkeys"


def open_passkeys(visitor: Visitor, stack: Stack, slug: str) -> None:
    """Sign in to the account's passkeys by the national system."""
    visitor.open(stack.provider + PASSKEYS)
    visitor.press("submit")
    go_to_national(visitor)
    prove_nationally(visitor, slug)
    assert visitor.at == "passkeys"


def add_passkey(visitor: Visitor, name: str) -> None:
    """From the account's passkeys and back to them, with one more."""
    visitor.press("add-passkey")
    visitor.type(passkey_name=name)
    visitor.press("submit")
    assert visitor.at == "passkeys"
    assert visitor.sees("notice")


def show_passkey(visitor: Visitor) -> None:
    """At the ways to sign in: choose the passkey, and let the device answer."""
    visitor.press("method-passkey")
    visitor.press("submit")


def is_told_of_recovery(visitor: Visitor, stack: Stack) -> None:
    """The inbox of the demo holds what was sent of it: the worker sends by and by."""

    def arrived() -> bool:
        visitor.open(stack.options.inbox_url)
        shown = visitor.page.locator("body").text_content() or ""
        return "khôi phục" in shown.casefold()

    wait_until(arrived, seconds=30)
