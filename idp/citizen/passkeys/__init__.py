"""Passkeys on pages: signing in with one, and keeping one's own (PAGES 3.1.5, 3.1.14; adr/0045)."""
