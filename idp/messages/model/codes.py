"""Codes that are sent: when the next one may be (PAGES §3.1.4). Pure.

Messages take a moment. Who presses again meanwhile would end the code that is on its way, and use up what may be sent.
"""

from datetime import timedelta

NEXT_AFTER = timedelta(minutes=1)
"""How long after a code another one may be sent to the same address."""
