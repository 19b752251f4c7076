"""Mail and SMS to people."""
