"""What happens to people and organisations outside the provider, and what it ends here (adr/0035)."""
