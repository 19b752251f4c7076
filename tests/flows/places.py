"""Addresses of the account, and what of it waits for a day after a recovery (adr/0048), said apart from the product."""

METHODS = "/account/methods"
PASSKEYS = f"{METHODS}/passkeys"
CONTACTS = "/account/contacts"
MANDATES = "/account/mandates"
HISTORY = "/account/history"
NOT_ME = f"{HISTORY}/not-me"
DATA = "/account/data"
SESSIONS = "/account/sessions"
DEVICES = "/account/devices"
NUMBER = "/account/number"
RENEW = "/recover/renew"
DESK = "/recover/desk"
BIND = f"{DESK}/bind"
LOCK = "/lock"
LOCK_BY_CODE = f"{LOCK}/recovery"
UNLOCK = "/unlock"
SIGN_OUT = "/end_session/confirm"
BY_LINK = "/not-me"
CALLBACK = "/upstream/national/callback"

WAIT_AFTER_A_RECOVERY = frozenset(
    {
        *(f"{METHODS}/remove", f"{PASSKEYS}/remove"),
        *(CONTACTS, f"{CONTACTS}/code", f"{CONTACTS}/remove", f"{CONTACTS}/sign-in"),
        *(f"{DATA}/close", f"{DATA}/copy", f"{DATA}/copy/file", f"{DATA}/copy/page"),
        *(f"{MANDATES}/person", f"{MANDATES}/firm", f"{MANDATES}/clients"),
    }
)
"""What gives power or data away, closes, or takes ways to reach the person and to sign in."""
