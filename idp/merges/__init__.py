"""Two records of one person: one stands for the other until they are split (adr/0036)."""
