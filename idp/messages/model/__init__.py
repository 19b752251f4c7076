"""What people are told, and how they are reached. Pure."""
