"""``python -m drrouter`` is the command line."""

import sys

from drrouter.cli import main

sys.exit(main())
