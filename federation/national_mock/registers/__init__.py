"""The registers of the national side and the feed of what happens to them.

The population register and the enterprise register are read from a file; what is entered afterwards are events, kept
in the service's own database and applied to the records one after the other. File and events together are the truth:
both are read again at every start.
"""
