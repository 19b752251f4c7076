"""A plan of the suite, as we start it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.conformance.browser_rules import Rule

DYNAMIC = {"server_metadata": "discovery", "client_registration": "dynamic_client"}
"""The variants of a plan whose clients the suite registers itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan of the suite with the variants it is started with, and the name of its configuration."""

    name: str
    test_plan: str
    alias: str
    """Part of the suite's addresses; static clients are registered for it."""
    variants: Mapping[str, str]
    clients: Mapping[str, str] = field(default_factory=dict)
    """Place in the configuration → suffix of the static client; empty: the suite registers its own."""
    rules: Callable[[str, str], list[Rule]]
    overrides: Callable[[str, str], dict[str, list[Rule]]] = field(default=lambda _issuer, _alias: {})
    more: Mapping[str, object] = field(default_factory=dict)
    """What else its configuration holds."""

    @property
    def is_dynamic(self) -> bool:
        return not self.clients

    @property
    def with_variants(self) -> str:
        """The plan as the suite's own runner names it, on a command line."""
        variants = "".join(f"[{name}={value}]" for name, value in self.variants.items())
        return self.test_plan + variants.replace(" ", "\\ ")
