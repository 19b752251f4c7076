"""`/account/mandates`: for whom somebody acts, and who acts for them (PAGES §3.1.21, adr/0029)."""
