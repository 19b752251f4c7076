"""The demo city: invented people and businesses (city/) and one relying party per city system (apps/).

Nothing here is real and nothing here runs in production; `hpid demo` and the tests are its only callers.
"""
