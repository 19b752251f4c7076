"""`python -m demo.run.hpid_commands "init" "demo seed"`: some commands in one process, up to the first failure.

Importing the provider takes longer than what these commands do, so starting it once saves seconds at every start.
"""

import sys

from idp.cli import main

if __name__ == "__main__":
    for words in sys.argv[1:]:
        sys.argv = ["hpid", *words.split()]
        try:
            main()
        except SystemExit as ended:
            if ended.code:
                raise
