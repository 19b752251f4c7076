"""How long each thing lives: one table (DESIGN 5.4). It is part of the settings, and reached through them."""

from datetime import timedelta
from typing import Self

from pydantic import field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from idp.setting_values import UnsafeSettings

_LONGEST_IN_PRODUCTION = {
    "code": timedelta(minutes=10),  # RFC 6749 §4.1.2
    "access_token": timedelta(hours=1),
    "access_token_personal": timedelta(hours=1),
    "id_token": timedelta(hours=1),
    "desk_code": timedelta(minutes=30),
}
"""What is good in anybody's hands, and of what was issued nobody can call back at once (DESIGN 5.5, bound B)."""


class Lifetimes(BaseSettings):
    """How long each thing lives (DESIGN 5.4). Seconds in the environment, e.g. HPID_LIFE_CODE=60."""

    model_config = SettingsConfigDict(env_prefix="HPID_LIFE_", extra="ignore")

    @field_validator("*", mode="before")
    @classmethod
    def _seconds(cls, value: object) -> object:
        is_number = isinstance(value, str) and value.removeprefix("-").replace(".", "", 1).isdigit()
        return float(str(value)) if is_number else value

    access_token: timedelta = timedelta(seconds=300)
    """Access token: also bound B of a revocation for services that check offline."""
    access_token_personal: timedelta = timedelta(seconds=60)
    """Access token whose scopes open personal data."""
    id_token: timedelta = timedelta(seconds=300)
    """ID token."""
    code: timedelta = timedelta(seconds=60)
    """Authorization code (RFC 9700: short; FAPI 2.0: at most 60 s)."""
    code_retry: timedelta = timedelta(seconds=10)
    """A code sent again within this time by the same client and verifier is refused and revokes nothing."""
    request_uri: timedelta = timedelta(seconds=90)
    """Pushed authorization request until its first load; loaded, it lives as long as an interaction."""
    interaction: timedelta = timedelta(minutes=30)
    """From /authorize to the code."""
    upstream_answer: timedelta = timedelta(minutes=5)
    """What somebody brought back from the national system and waits for its turn: not longer than codes live there."""
    refresh_idle: timedelta = timedelta(days=14)
    """A refresh token unused for this long ends."""
    refresh_absolute: timedelta = timedelta(days=90)
    """The refresh family ends, used or not."""
    refresh_retry: timedelta = timedelta(seconds=60)
    """The previous generation gets the same successor again within this time."""
    session_idle: timedelta = timedelta(minutes=30)
    """SSO session of level substantial or high: idle limit."""
    session_absolute: timedelta = timedelta(hours=12)
    """SSO session of level substantial or high: absolute limit."""
    session_low: timedelta = timedelta(days=30)
    """SSO session of level low."""
    session_public: timedelta = timedelta(minutes=10)
    """SSO session at a computer its person calls public: absolute limit, whatever its level."""
    device_kept: timedelta = timedelta(days=365)
    """A browser in which somebody signed in is known for this long after they last did."""
    degraded_reproof: timedelta = timedelta(hours=4)
    """Once the national system is back, a session begun without it must be proved there within this time, or it ends."""
    code_kept: timedelta = timedelta(minutes=10)
    """A code that is over is kept for this long, so that one that comes again is known for a replay."""
    assertion_kept: timedelta = timedelta(minutes=5)
    """A spent client assertion is kept for this long after its end, so that a clock running behind revives none."""
    session_kept: timedelta = timedelta(days=1)
    """A session that has ended is kept for this long, with the relying parties it reached."""
    delivery: timedelta = timedelta(days=1)
    """A sign-out is sent again for this long to a service that does not answer, and for an hour at most to one that
    refuses it."""
    delivery_kept: timedelta = timedelta(days=30)
    """The ledger of sign-outs, dead letters too, is kept for this long after its last word."""
    invitation_kept: timedelta = timedelta(days=30)
    """An initial access token that is over stays in the list for this long."""
    passkey_kept: timedelta = timedelta(days=30)
    """A passkey that was removed is kept for this long, so that whoever still tries it is refused and put on record."""
    mandate_offer: timedelta = timedelta(days=14)
    """A mandate that was offered may be accepted for this long."""
    mandate_removal: timedelta = timedelta(days=7)
    """A proposal to remove the last administrator waits this long for a second person."""
    mandate_kept: timedelta = timedelta(days=5 * 365 + 2)
    """A mandate that has ended is kept for this long: who acted for whom must be answered (Decree 69/2024)."""
    register_reading: timedelta = timedelta(days=1)
    """At a national sign-in the population register is read of whoever it was not read of for this long."""
    life_event_kept: timedelta = timedelta(days=730)
    """The id of a register's event that was applied, and an event that a steward settled, are kept for this long."""
    merge_proposal: timedelta = timedelta(days=7)
    """A proposed merge of two records waits this long for a second steward."""
    merge_kept: timedelta = timedelta(days=5 * 365 + 2)
    """A merge that was split, or never confirmed, is kept for this long; one that stands, as long as it stands."""
    conflict_kept: timedelta = timedelta(days=2 * 365)
    """A conflict is kept for this long after it was resolved or dismissed."""
    case_kept: timedelta = timedelta(days=5 * 365 + 2)
    """A case is kept for this long after it was closed: what somebody disputed or asked must be answered."""
    dispute_link: timedelta = timedelta(hours=72)
    """The link of a notice by which its reader locks their account works this long: mail is read the next morning."""
    recovery_hold: timedelta = timedelta(days=1)
    """After a recovery high-risk acts are held back for this long: one to three days in production."""
    desk_code: timedelta = timedelta(minutes=30)
    """The code a one-stop desk hands out on paper, and a case that waits for a second official: half an hour at most in
    production."""
    desk_case_kept: timedelta = timedelta(days=5 * 365 + 2)
    """The record of a person at a one-stop desk is kept for this long."""
    data_copy: timedelta = timedelta(days=1)
    """A copy of all that is held of a person may be downloaded for this long, then it is erased."""
    account_closing: timedelta = timedelta(days=7)
    """An account that its person wants closed closes after this long; until then they may take it back."""
    data_request_kept: timedelta = timedelta(days=5 * 365 + 2)
    """A request about personal data is kept for this long after it was over: how it was worked must be answered."""
    admin_link: timedelta = timedelta(minutes=15)
    """One-time link of `hpid admin bootstrap`."""
    key_publish: timedelta = timedelta(minutes=10)
    """A signing key is in the JWKS for this long before it signs; JWKS answers may be cached half as long."""
    signing_key: timedelta = timedelta(days=90)
    """A signing key that has signed for this long is followed by a new one, of itself; 0: only by `hpid keys rotate`."""

    @model_validator(mode="after")
    def _refuse_less_than_nothing(self) -> Self:
        """What is kept for less than no time is forgotten while it counts: a spent assertion could be used again."""
        for name in type(self).model_fields:
            if getattr(self, name) < timedelta():
                raise UnsafeSettings(f"HPID_LIFE_{name.upper()} must not be below 0")
        return self

    @model_validator(mode="after")
    def _refuse_endless_rotation(self) -> Self:
        if self.signing_key and self.signing_key <= self.key_publish:
            raise UnsafeSettings("HPID_LIFE_SIGNING_KEY must be 0 or longer than HPID_LIFE_KEY_PUBLISH")
        return self

    def refuse_unsafe_production(self) -> None:
        """Raise UnsafeSettings for what a production must not be run with."""
        if not timedelta(days=1) <= self.recovery_hold <= timedelta(days=3):
            raise UnsafeSettings("HPID_LIFE_RECOVERY_HOLD must be one to three days in production")
        for name, longest in _LONGEST_IN_PRODUCTION.items():
            if getattr(self, name) > longest:
                seconds = int(longest.total_seconds())
                raise UnsafeSettings(f"HPID_LIFE_{name.upper()} must be {seconds} or shorter in production")
