"""Cases about one person's account: what they disputed, locked or asked, until an official has closed it."""
