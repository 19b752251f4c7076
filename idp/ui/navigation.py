"""The sections of the account, as its side navigation lists them (PAGES §3.1.13): one line each, once its page exists."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One entry: its id is `nav-<name>`, its words are the string `nav_<name>`."""

    name: str
    path: str
    icon: str


ACCOUNT: tuple[Section, ...] = (
    Section(name="home", path="/account", icon="home"),
    Section(name="methods", path="/account/methods", icon="password"),
    Section(name="contacts", path="/account/contacts", icon="phone"),
    Section(name="sessions", path="/account/sessions", icon="pc"),
    Section(name="services", path="/account/services", icon="link"),
    Section(name="history", path="/account/history", icon="list"),
    Section(name="mandates", path="/account/mandates", icon="hand"),
    Section(name="data", path="/account/data", icon="data"),
)
"""In the order of PAGES §3.1.13: home, methods, contacts, sessions, services, history, mandates, data."""
