"""An honest hand at a form: what somebody types into it who knows what they know."""

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pyotp

from tests.authenticator import UP, UV, Authenticator
from tests.driver import Page
from tests.flows.places import (
    BIND,
    BY_LINK,
    CONTACTS,
    DATA,
    DESK,
    LOCK_BY_CODE,
    MANDATES,
    METHODS,
    NOT_ME,
    PASSKEYS,
    RENEW,
)
from tests.flows.scene import PERSONAS, Persona
from tests.flows.told import Signed
from tests.flows.wire import Watch

_OPTIONS = re.compile(r'data-options="([^"]*)"')
_WORDS = ("thuyền neo ở bến Bính", "hoa phượng trên đường về", "cầu Rào lúc nửa đêm")
_SHORT = "cá rô 17"
MISTYPES = 7
HONEST = (0, 1, 2, 3, 4, 8, 16)
"""Numbers with which whoever is signed in types what is right."""
_LOSES = ("password", "totp", "recovery-codes", "passkeys", "sent-codes")
_CODES = frozenset({"otp", "recovery-code", "number", "desk-code", "user-code"})
_SLIPS = {MISTYPES: _CODES | {"password"}, MISTYPES - 1: _CODES}
"""What is typed wrongly: everything, or all but the password."""


@dataclass
class Hand:
    """Somebody, and the devices in their pocket."""

    watch: Watch
    persona: Persona
    typed: int = 0
    held: list[Authenticator] = field(default_factory=list)

    @property
    def person_id(self) -> str:
        """Who they are here; nobody yet, perhaps."""
        return self.watch.told.people.get(self.persona.number, "")

    @property
    def username(self) -> str:
        """The name they choose."""
        return f"u{self.persona.number[-3:]}"

    def fill(self, page: Page, form: dict[str, Any], n: int) -> dict[str, str]:
        """Return what they type into this form's fields; `n` picks where there is a choice, and whether they mistype."""
        slips = _SLIPS.get(n % 8, frozenset())
        return {
            name: _mistyped(name, one) if name in slips else one
            for name, one in self._typed(page, form, n).items()
        }

    def _typed(self, page: Page, form: dict[str, Any], n: int) -> dict[str, str]:
        path, told = urlsplit(form["action"]).path, self.watch.told
        self.typed += 1
        if path == "/sign-in/password":
            name = self.username if self.username in told.names else str(self.persona.account()["email"])
            return {"username": name, "password": told.passwords.get(self.person_id, "none of mine at all")}
        if path == "/sign-in/otp":
            return {"otp": self._otp(told.secrets.get(self.person_id, ""))}
        if path == "/sign-in/recovery":
            return {"recovery-code": min(told.codes.get(self.person_id, ()), default="AAAA-AAAA-AAAA-AAAA")}
        if path == "/sign-in/passkey":
            return self._sign(page, form, n)
        if path.startswith(("/q", "/sign-in/code")):
            return self._elsewhere(path, page, form, n)
        if path == f"{METHODS}/password":
            words = _SHORT if n % 7 == 6 else f"{_WORDS[n % 3]} {self.typed}"
            return {
                "new-password": words,
                **({"username": self.username} if "username" in form["fields"] else {}),
            }
        if path == f"{METHODS}/totp":
            setup = told.setups.get(form["fields"].get("setup", ""))
            return {"otp": self._otp(setup.secret if setup else "")}
        if path == f"{PASSKEYS}/add":
            return self._bind(page, form, n)
        return self._of_account(path, form, n)

    def _elsewhere(self, path: str, page: Page, form: dict[str, Any], n: int) -> dict[str, str]:
        """What is on another screen, or in the mailbox."""
        told = self.watch.told
        if path == "/sign-in/code":
            again = "again" in form["fields"]
            return {} if again else {"address": f"c{n % 3}.{self.persona.number[-3:]}@example.vn"}
        if path == "/sign-in/code/enter":
            return {"otp": told.sent_codes.get(page.interaction, "") or "000000"}
        if path == "/q":
            return {"user-code": next(reversed(told.waiting), "BCDF-GHJK")}
        return {"number": told.waiting.get(path.removeprefix("/q/"), ("", "00"))[1]}

    def _of_account(self, path: str, form: dict[str, Any], n: int) -> dict[str, str]:
        told = self.watch.told
        if path == f"{PASSKEYS}/rename":
            return {"passkey-name": f"Máy {self.typed}"}
        if path == CONTACTS:
            channel = form["fields"].get("channel", "")
            address = (
                f"c{n % 3}.{self.persona.number[-3:]}@example.vn" if channel == "email" else f"090{n:07}"
            )
            return {} if "again" in form["fields"] else {channel: address}
        if path == f"{CONTACTS}/code":
            channel = form["fields"].get("channel", "")
            return {"otp": told.contact_codes.get((self.person_id, channel), "000000")}
        if path == f"{MANDATES}/person":
            other = PERSONAS[n % len(PERSONAS)]
            term = {"first-day": "02/03/2026", "last-day": "31/12/2026"}
            return {
                "number": other.number,
                "full-name": other.name,
                "role": "maker",
                "area-tax": "yes",
                **term,
            }
        return self._in_trouble(path, form, n)

    def _in_trouble(self, path: str, form: dict[str, Any], n: int) -> dict[str, str]:
        """Locking, recovering, closing, asking."""
        told = self.watch.told
        if path == LOCK_BY_CODE:
            codes = told.codes.get(self.person_id, ())
            return {"username": self.username, "recovery-code": min(codes, default="AAAA-AAAA-AAAA-AAAA")}
        if path == DESK:
            case, paper = next(reversed(told.papers.items()), ("0000-0000", None))
            return {"case-number": case, "desk-code": paper.code if paper else "0000-0000-0000-0000"}
        if path == BIND:
            setup = told.setups.get(form["fields"].get("setup", ""))
            otp = {"otp": self._otp(setup.secret)} if setup and n % 3 else {}
            name = {"username": self.username} if "username" in form["ids"] else {}
            return {"new-password": f"{_WORDS[n % 3]} {self.typed}", **otp, **name}
        if path == RENEW:
            return {f"lost-{one}": "yes" for bit, one in enumerate(_LOSES) if n >> bit & 1}
        if path in {NOT_ME, BY_LINK}:
            return {"what": ("guided", "phone-lost", "unknown", "")[n % 4]}
        if path == f"{DATA}/close":
            return {"sure": "yes"}
        if path == f"{DATA}/request":
            service = "rp-low" if form["fields"].get("right") in {"object", "delete"} else ""
            return {"what": "xin làm rõ", "why": "", "service": service}
        return {}

    def _otp(self, secret: str) -> str:
        return pyotp.TOTP(secret).at(int(self.watch.scene.world.time().timestamp())) if secret else "000000"

    def _bind(self, page: Page, form: dict[str, Any], n: int) -> dict[str, str]:
        options = _options(page)
        if options is None:
            return {}
        new = Authenticator(self.watch.scene.world.issuer)
        answer = json.dumps(new.create(options))
        self.held.append(new)
        signed = Signed(credential_id=new.credential_id, challenge=form["fields"].get("challenge", ""))
        self.watch.told.signed[answer] = signed
        return {"credential": answer, "passkey-name": f"Máy {n}"}

    def _sign(self, page: Page, form: dict[str, Any], n: int) -> dict[str, str]:
        options = _options(page)
        if options is None or not self.held:
            return {}
        device = self.held[n % len(self.held)]
        is_verified = n % 4 > 0
        answer = json.dumps(device.get(options, flags=UP | UV if is_verified else UP))
        self.watch.told.signed[answer] = Signed(
            credential_id=device.credential_id,
            challenge=form["fields"].get("challenge", ""),
            is_verified=is_verified,
        )
        return {"credential": answer}


def _mistyped(name: str, value: str) -> str:
    if name == "number" and value.isdecimal():
        return f"{(int(value) + 1) % 100:02}"
    return value[::-1]


def _options(page: Page) -> str | None:
    found = _OPTIONS.findall(page.response.text)
    return html.unescape(found[0]) if found else None
