"""For whom somebody acts, as an ID token says it, and how a relying party checks that (docs/reference/token-profile.md).

A service takes the contexts it registered and no others; what the claims say must fit together, or nobody is signed in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from demo.apps.common.words import Words

Kind = Literal["person", "organisation", "ward", "official", "archive"]
ORGANISATION_OWNER = "org:"
"""Before an organisation's id where things are kept by whose they are: it never meets a person's sub."""
_ROLES = {
    "representative": Words("Người đại diện theo pháp luật", "Legal representative"),
    "administrator": Words("Người quản trị", "Administrator"),
    "approver": Words("Được ủy quyền, được ký duyệt", "Authorised, may approve"),
    "maker": Words("Được ủy quyền, được lập hồ sơ", "Authorised, may prepare"),
    "viewer": Words("Được ủy quyền, chỉ xem", "Authorised, view only"),
    "parent": Words("Cha hoặc mẹ", "Parent"),
    "guardian": Words("Người giám hộ", "Guardian"),
    "archive": Words("Xem hồ sơ lưu", "Views records"),
}
_HOUSEHOLD = "vn_personal_id"


class ContradictoryClaims(ValueError):
    """What the token says of acting can't be so, or is not for this service; the text is for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """For whom, and by what power."""

    kind: Kind = "person"
    owner: str
    """Under what a service keeps what is done: the sub of the person or ward, or the organisation's id here."""
    actor: str
    """The sub of who sits at the screen."""
    name: str = ""
    """Of the organisation or the agency; a ward's own is the name of the token's subject."""
    identifier: str = ""
    """Register number of an organisation; a household business tells none."""
    scheme: str = ""
    status: str = ""
    role: str = ""
    areas: tuple[str, ...] = ()
    """Areas the power is limited to; empty: all."""
    until: float | None = None
    """When the power ends by itself."""
    reference: str = ""
    """Id of the mandate or post, for the service's own record of what was done by which power."""
    agency: str = ""
    commune: str = ""
    position: str = ""
    roles: tuple[str, ...] = ()

    @property
    def role_words(self) -> Words:
        """As what they act."""
        if self.scheme == _HOUSEHOLD and self.role == "representative":
            return Words("Chủ hộ kinh doanh", "Owner of the household business")
        return _ROLES.get(self.role, Words("Được ủy quyền", "Authorised"))

    def reaches(self, area: str) -> bool:
        """Tell whether the power reaches into an area of services."""
        return not self.areas or area in self.areas

    def is_over(self, now: float) -> bool:
        """Tell whether the power has ended by itself since it was told of."""
        return self.until is not None and self.until <= now

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Acting":
        """Read it back from a session."""
        return cls(**{**kept, "areas": tuple(kept["areas"]), "roles": tuple(kept["roles"])})


def read_acting(claims: Mapping[str, Any], *, contexts: Collection[str], now: float) -> Acting:
    """Return for whom the subject of these claims acts, or raise ContradictoryClaims."""
    sub, kind = str(claims.get("sub")), claims.get("ctx")
    if "ctx" not in claims and tuple(contexts) == ("person",):
        kind = "person"  # a client that registered no others is told of none
    if kind not in contexts:
        raise ContradictoryClaims("ctx is none of the contexts that this service registered")
    belongs = {
        "person": (),
        "organisation": ("org", "mandate"),
        "ward": ("mandate", "act"),
        "official": ("post",),
        "archive": ("org", "mandate"),
    }
    needed = belongs[cast("Kind", kind)]
    if any((name in claims) != (name in needed) for name in ("org", "mandate", "act", "post")):
        raise ContradictoryClaims("the claims beside ctx are not those of this context")
    parts = {name: _object(claims[name], "sub" if name == "act" else "id") for name in needed}
    power = parts.get("mandate") or parts.get("post") or {}
    until = power.get("exp")
    acting = Acting(
        kind=cast("Kind", kind),
        owner=f"{ORGANISATION_OWNER}{parts['org']['id']}" if "org" in parts else sub,
        actor=parts["act"]["sub"] if "act" in parts else sub,
        name=_text(parts.get("org", {}).get("name")),
        identifier=_text(parts.get("org", {}).get("identifier")),
        scheme=_text(parts.get("org", {}).get("scheme")),
        status=_text(parts.get("org", {}).get("status")),
        role=_text(power.get("role")),
        areas=_texts(power.get("services", [])),
        until=float(until) if isinstance(until, int | float) else None,
        reference=_text(power.get("id")),
        agency=_text(power.get("agency")),
        commune=_text(power.get("commune")),
        roles=_texts(power.get("roles", [])),
    )
    if acting.is_over(now) or (until is not None and acting.until is None):
        raise ContradictoryClaims("the power is over already")
    if acting.kind == "ward" and acting.actor == sub:
        raise ContradictoryClaims("nobody acts for themselves as for a ward")
    if acting.kind == "official" and not acting.agency:
        raise ContradictoryClaims("a post without an agency")
    return acting


def _object(value: object, key: str) -> dict[str, Any]:
    found = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if not isinstance(found.get(key), str) or not found[key]:
        raise ContradictoryClaims(f"a claim about acting lacks its {key}")
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ContradictoryClaims("a list of areas or roles is not one of texts")
    return tuple(value)
