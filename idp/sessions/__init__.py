"""SSO sessions and the relying parties each has reached."""
