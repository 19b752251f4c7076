"""Who is signed in at this service, as the ID token and userinfo told (OpenID Connect Core §2, §5.3)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from demo.apps.common.acting import Acting
from demo.apps.common.words import Words

_LEVELS = ("urn:haiphong:acr:low", "urn:haiphong:acr:substantial", "urn:haiphong:acr:high")
_LEVEL_WORDS = (
    Words("Xác thực mức thấp", "Authenticated at the low level"),
    Words("Xác thực mức đáng kể", "Authenticated at the substantial level"),
    Words("Xác thực mức cao", "Authenticated at the high level"),
)


def reaches(acr: str | None, acr_values: str) -> bool:
    """Tell whether a level is as strong as the weakest asked for; an unknown level reaches nothing."""
    if not acr_values:
        return True
    wanted = [_LEVELS.index(value) for value in acr_values.split() if value in _LEVELS]
    return acr in acr_values.split() or (
        acr in _LEVELS and bool(wanted) and _LEVELS.index(acr) >= min(wanted)
    )


def level_words(acr: str | None) -> Words:
    """Name a level for people."""
    return _LEVEL_WORDS[_LEVELS.index(acr) if acr in _LEVELS else 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """The signed-in person and what the provider gave us for them."""

    sub: str
    sid: str | None
    subject_name: str
    """Of whom `sub` names: of a ward where somebody acts for one."""
    acr: str | None
    auth_time: int | None
    id_token: str
    access_token: str
    """For userinfo, or for the API that the service named when it signed them in."""
    access_token_expires_at: int = 0
    refresh_token: str | None = None
    renewals: int = 0
    """How often the tokens were renewed since the sign-in."""
    data_store_token: str | None = None
    """Another access token, for the data store's API alone."""
    data_store_token_expires_at: int = 0
    phone_number: str | None = None
    email: str | None = None
    id_number_end: str | None = None
    """The last three digits; the rest of the personal ID number is not kept."""
    acting: Acting
    """For whom, and by what power."""
    actor_name: str = ""
    """Of who acts for a ward, where this service knows it from before: the token tells the ward's."""
    data_store_owner: str | None = None
    """Under what their documents lie at the data store's audience; known to the data store only."""

    @property
    def level(self) -> Words:
        """How strongly they were authenticated, in words."""
        return level_words(self.acr)

    @property
    def acting_for(self) -> Words:
        """For whom they act, in words."""
        acting, name = self.acting, f": {self.subject_name}" if self.subject_name else ""
        if acting.kind == "ward" and acting.role == "guardian":
            return Words(f"Thay cho người được giám hộ{name}", f"For a person under care{name}")
        if acting.kind == "ward":
            return Words(f"Thay cho con{name}", f"For a child{name}")
        if acting.kind == "person":
            return Words("Cho bản thân", "For myself")
        if acting.kind == "official":
            office = ", ".join(word for word in (acting.position, acting.name or acting.agency) if word)
            return Words(office, office)
        if acting.kind == "archive":
            return Words(f"Hồ sơ lưu: {acting.name}", f"Records of {acting.name}")
        return Words(f"Cho {acting.name}", f"For {acting.name}")

    @property
    def owner(self) -> str:
        """Under what this service keeps what they do."""
        return self.acting.owner

    @property
    def who(self) -> Words:
        """Who sits at the screen."""
        if self.acting.kind == "ward":
            return Words(self.actor_name, self.actor_name) if self.actor_name else self.acting.role_words
        name = self.subject_name
        return Words(name or "Chủ tài khoản", name or "Account holder")

    @property
    def phone(self) -> str:
        """The phone number as people here write it: 0901 234 567; foreign ones as they are."""
        number = self.phone_number or ""
        if not number.startswith("+84") or len(number) != len("+84901234567"):
            return number
        return f"0{number[3:6]} {number[6:9]} {number[9:]}"

    def as_json(self) -> dict[str, Any]:
        """Return what the session keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read it back."""
        return cls(**{**kept, "acting": Acting.from_json(kept["acting"])})
