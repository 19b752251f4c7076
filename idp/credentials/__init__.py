"""City credentials: passwords, TOTP, and the counter that slows guessing."""
