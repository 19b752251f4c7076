"""The one number that every change of clients, keys and policies raises, so that nodes know to read anew."""
