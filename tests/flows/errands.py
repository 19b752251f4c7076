"""What people come to their account for: where it begins, which links lead on, and the form it ends with."""

from dataclasses import dataclass

from tests.flows.places import (
    BIND,
    BY_LINK,
    CONTACTS,
    DATA,
    DESK,
    DEVICES,
    HISTORY,
    LOCK,
    LOCK_BY_CODE,
    MANDATES,
    METHODS,
    NOT_ME,
    NUMBER,
    PASSKEYS,
    RENEW,
    SESSIONS,
    UNLOCK,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One of them."""

    name: str
    place: str
    links: tuple[str, ...] = ()
    """Beginnings of the ids of the links on the way."""
    form: str
    """Where the form goes."""
    then: str = ""
    """Where the form goes that comes of it."""
    is_open: bool = False
    """Nobody has to be signed in."""


def _at(name: str, place: str, *links: str, form: str = "", then: str = "", is_open: bool = False) -> Errand:
    form = form or place.split("?", 1)[0]
    return Errand(name=name, place=place, links=links, form=form, then=then, is_open=is_open)


_MANDATE, _PERSON, _ASK = f"{MANDATES}/act", f"{MANDATES}/person", f"{DATA}/request"
ERRANDS: tuple[Errand, ...] = (
    _at("set a password", f"{METHODS}/password"),
    _at("bind an app", f"{METHODS}/totp"),
    _at("make recovery codes", f"{METHODS}/recovery-codes"),
    _at("add a passkey", f"{PASSKEYS}/add"),
    _at("rename a passkey", PASSKEYS, "rename-", form=f"{PASSKEYS}/rename"),
    _at("remove a passkey", PASSKEYS, "remove-", form=f"{PASSKEYS}/remove"),
    _at("remove the password", f"{METHODS}/remove?m=password"),
    _at("remove the app", f"{METHODS}/remove?m=totp"),
    _at("remove the codes", f"{METHODS}/remove?m=recovery-codes"),
    _at("prove an address", CONTACTS, then=f"{CONTACTS}/code"),
    _at("let an address sign in", CONTACTS, "sign-in-", form=f"{CONTACTS}/sign-in"),
    _at("remove an address", CONTACTS, "remove-", form=f"{CONTACTS}/remove"),
    _at("withdraw consent", "/account/services", "open-service-", form="/account/services/withdraw"),
    _at("object", "/account/services", "open-service-", "send-objection", form=_ASK),
    _at("disown an event", HISTORY, "not-me-", form=NOT_ME),
    _at("end a session", SESSIONS),
    _at("forget a browser", SESSIONS, form=DEVICES),
    _at("say it was me", "/account", form=DEVICES),
    _at("see the number", NUMBER),
    _at("ask for a copy", DATA, form=f"{DATA}/copy"),
    _at("take the copy", DATA, form=f"{DATA}/copy/file"),
    _at("read the copy", DATA, form=f"{DATA}/copy/page"),
    _at("ask to see", DATA, "ask-view", form=_ASK),
    _at("restrict", DATA, "ask-restrict", form=_ASK),
    _at("lift the restriction", DATA, form=f"{DATA}/restriction"),
    _at("take a request back", DATA, form=f"{_ASK}/withdraw"),
    _at("close the account", DATA, "close-account", form=f"{DATA}/close"),
    _at("end an own mandate", MANDATES, "revoke-", form=_MANDATE),
    _at("end a mandate", MANDATES, "manage-", "revoke-", form=_MANDATE),
    _at("take an offer back", MANDATES, "manage-", "take-back-", form=_MANDATE),
    _at("answer an offer", MANDATES, "answer-offer-", form=_MANDATE),
    _at("offer a mandate", MANDATES, "manage-", "add-person", form=_PERSON, then=_PERSON),
    _at("recover", RENEW),
    _at("recover by paper", DESK, then=BIND, is_open=True),
    _at("lock here", LOCK, is_open=True),
    _at("lock by a code", LOCK, form=LOCK_BY_CODE, is_open=True),
    _at("lock by the link of a mail", BY_LINK, is_open=True),
    _at("unlock", UNLOCK, is_open=True),
)


def errand(name: str) -> int:
    """Return its place among them."""
    return next(place for place, one in enumerate(ERRANDS) if one.name == name)
