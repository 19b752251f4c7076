"""Light, dark or as the device says – PAGES §2.1: a cookie set by the form in the footer."""

from typing import Literal, get_args

Theme = Literal["device", "light", "dark"]
_THEMES: dict[str, Theme] = {theme: theme for theme in get_args(Theme)}


def choose_theme(cookie: str | None) -> Theme:
    """Return the theme a cookie or a posted form names; anything else means the device's own."""
    return _THEMES.get(cookie or "", "device")
