"""Which level of authentication a sign-in reaches – OpenID Connect Core §2 (acr, amr), §3.1.2.1 (acr_values).

LoA1 is a password, LoA2 adds a one-time code, LoA3 adds a face match. Of ``acr_values``, in order of
preference, the first level that the account can reach is satisfied; unknown values are skipped; none given
means LoA2. When the account can reach none of them the sign-in goes as far as it can and says so
truthfully: the relying party has to check ``acr``. A face can be matched only where the register has one: a
citizen of level 02, or the named representative of an organisation.
"""

from federation.national_mock.accounts import Account

LEVELS = ("LoA1", "LoA2", "LoA3")
DEFAULT = "LoA2"
AMR = {"LoA1": ("pwd",), "LoA2": ("pwd", "otp"), "LoA3": ("pwd", "otp", "face")}  # RFC 8176 §2
AMR_BY_SCAN = {"LoA2": ("swk", "pin"), "LoA3": ("swk", "pin", "face")}
"""The app on the phone, and its passcode: two factors, so never less than LoA2 (DOMAIN §3.4)."""


def wanted(acr_values: str | None) -> list[str]:
    """The levels asked for, most wanted first."""
    known = [value for value in (acr_values or "").split() if value in LEVELS]
    return known or [DEFAULT]


def choose(acr_values: str | None, account: Account) -> str:
    """The level that this sign-in is to reach."""
    highest = LEVELS.index(_highest(account))
    reachable = [value for value in wanted(acr_values) if LEVELS.index(value) <= highest]
    return reachable[0] if reachable else LEVELS[highest]


def _highest(account: Account) -> str:
    if account.account_type == "citizen":
        return "LoA3" if account.level == 2 else "LoA2"
    return "LoA3" if account.names_acting_person and account.representative else "LoA2"
