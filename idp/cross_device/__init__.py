"""Sign-ins on one device that a person confirms on another, by QR code and number (adr/0047)."""
