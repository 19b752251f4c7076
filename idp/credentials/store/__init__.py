"""City credentials: passwords, TOTP secrets, recovery codes, passkeys, sent codes, attempts, one-time links."""

from idp.credentials.reservation import Reserved, Slowed
from idp.credentials.store.attempts import AttemptStore
from idp.credentials.store.challenges import PasskeyChallengeStore
from idp.credentials.store.links import LinkStore
from idp.credentials.store.passkeys import PasskeyStore
from idp.credentials.store.passwords import PasswordStore
from idp.credentials.store.recovery_codes import RecoveryCodeStore
from idp.credentials.store.sign_in_codes import SignInCodeStore
from idp.credentials.store.totp import TotpStore

__all__ = [
    "AttemptStore",
    "LinkStore",
    "PasskeyChallengeStore",
    "PasskeyStore",
    "PasswordStore",
    "RecoveryCodeStore",
    "Reserved",
    "SignInCodeStore",
    "Slowed",
    "TotpStore",
]
