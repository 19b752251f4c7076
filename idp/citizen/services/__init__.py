"""`/account/services`: which services get what, why and since when, and taking it back (PAGES §3.1.16)."""
