"""Light, dark or as the device says – PAGES §2.1: a cookie set by the form in the footer."""

from typing import Literal

Theme = Literal["device", "light", "dark"]
