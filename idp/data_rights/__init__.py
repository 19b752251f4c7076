"""What people may ask of their data (Law 91/2025/QH15): a copy of it, and requests with their clocks (adr/0049)."""
