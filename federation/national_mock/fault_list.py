"""Every fault that can be ordered: how it is grouped, what its number means, what it should lead to at the provider.

Names and descriptions are in panel_words.py, under `fault.<mode>`.
"""

from dataclasses import dataclass
from typing import Literal

Amount = Literal["hold", "gap", "clock"]
Outcome = Literal["gone", "refused", "lower", "once", "works", "skewed"]
"""What one should see at the provider: panel_words.py says it in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way of failing or lying."""

    mode: str
    outcome: Outcome
    amount: Amount | None = None
    """What the number of an order means, in seconds: how long an answer is held, time between bytes, clock error."""
    usual: float = 0.0
    """The number when none is given."""


NONE = "none"
GROUPS: dict[str, tuple[Fault, ...]] = {
    "service": (
        Fault(mode="down", outcome="gone"),
        Fault(mode="slow", outcome="gone", amount="hold", usual=10.0),
        Fault(mode="drip", outcome="gone", amount="gap", usual=0.5),
        Fault(mode="http500", outcome="gone"),
        Fault(mode="maintenance", outcome="gone"),
    ),
    "keys": (
        Fault(mode="wrong_key", outcome="refused"),
        Fault(mode="key_rotated", outcome="works"),
        Fault(mode="unknown_kid", outcome="refused"),
        Fault(mode="jwks_empty", outcome="works"),
        Fault(mode="alg_none", outcome="refused"),
        Fault(mode="hs256", outcome="refused"),
    ),
    "answers": (
        Fault(mode="issuer_changed", outcome="refused"),
        Fault(mode="wrong_iss_parameter", outcome="refused"),
        Fault(mode="userinfo_sub_mismatch", outcome="refused"),
        Fault(mode="lower_acr", outcome="lower"),
        Fault(mode="double_callback", outcome="once"),
        Fault(mode="clock_off", outcome="skewed", amount="clock", usual=3600.0),
    ),
    "claims": tuple(
        Fault(mode=mode, outcome="refused")
        for mode in (
            "other_issuer",
            "wrong_nonce",
            "no_nonce",
            "wrong_aud",
            "aud_list",
            "no_exp",
            "expired",
            "future_iat",
            "old_auth_time",
            "sub_missing",
            "sub_empty",
            "sub_number",
            "sub_huge",
        )
    ),
}
FAULTS: dict[str, Fault] = {fault.mode: fault for group in GROUPS.values() for fault in group}
MODES: tuple[str, ...] = (NONE, *FAULTS)
