"""A VTN in a process of its own: ``python vtn_process.py OPTIONS.toml``; prints its URL when it is ready."""

import asyncio
import sys
from pathlib import Path

from drrouter.adapters.clock import SystemClock
from drrouter.adapters.vtn import read_options, run_vtn

if __name__ == "__main__":
    asyncio.run(
        run_vtn(read_options(Path(sys.argv[1])), SystemClock(), lambda url: print(url, flush=True)),
    )
