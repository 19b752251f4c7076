"""`/account/data…`: what is held of somebody, a copy of it, and what they ask about it (PAGES §3.1.20)."""
