"""Measures the provider beside others: the same requests, the same machine, the same minute. Nothing imports this."""
