"""Light, dark or as the device says, and how large the letters are – PAGES §2.1: cookies set by forms in the footer."""

from typing import Literal

Theme = Literal["device", "light", "dark"]
TextSize = Literal["normal", "large", "larger"]
