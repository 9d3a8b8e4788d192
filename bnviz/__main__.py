"""The terminal: `python -m bnviz`, the same as the command `bnviz`."""

import sys

from bnviz.terminal.main import main

if __name__ == "__main__":
    sys.exit(main())
