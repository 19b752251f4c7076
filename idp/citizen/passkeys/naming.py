"""What a person calls a passkey: their own words, on one line (PAGES 3.1.5)."""

from idp.name_fold import to_nfc
from idp.ui.errors import ErrorSummary, one_error

FIELD = "passkey-name"
_LONGEST = 60
_DEVICES = (
    ("iPhone", "iphone"),
    ("iPad", "ipad"),
    ("Android", "android"),
    ("Windows", "windows"),
    ("Macintosh", "mac"),
    ("CrOS", "chromebook"),
    ("Linux", "linux"),
)


def read_name(form: dict[str, str]) -> tuple[str, ErrorSummary | None]:
    """Return the name as it is kept, and what is wrong with it."""
    name = " ".join(to_nfc(form.get(FIELD, "")).split())
    if not name:
        return name, one_error("passkey_name_empty", at=FIELD)
    if len(name) > _LONGEST or not name.isprintable():
        return name, one_error("passkey_name_long", at=FIELD)
    return name, None


def device_key(user_agent: str) -> str:
    """Return the key of the words for a device, to begin a name with."""
    found = next((device for mark, device in _DEVICES if mark in user_agent), "other")
    return f"passkey_device_{found}"
