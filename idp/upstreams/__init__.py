"""Links between persons and their accounts at other identity providers."""
