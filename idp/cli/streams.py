"""Standard input, output and error are open, whoever started the command.

Where a supervisor or a shell closed one (`<&-`), its number goes to the next that is opened: a connection, or the file of
the database, into which a library would print, and which the event loop refuses to close: it ends the process instead.
"""

import os

_LAST = 2


def hold_streams() -> None:
    """Open what is closed of the three to nowhere; before anything else is opened."""
    while (handle := os.open(os.devnull, os.O_RDWR)) <= _LAST:  # the lowest number that is free
        pass
    os.close(handle)
