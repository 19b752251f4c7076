"""`/recover…`: who can't sign in finds the way back, the strongest first (PAGES 3.1.19; DOMAIN §3.5)."""
