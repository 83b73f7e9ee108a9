"""Clocks: the machine's, one shared between processes, and one that a test moves (docs/clock.md).

clock              now() comes from            time passes
SystemClock        the machine, in UTC         by itself
SharedClock        a clock server              when every participant is still (the demo)
SimulatedClock     the test                    when this one process is still (tests, scenarios)

Each implements ``ports.Clock``; nothing else in the program asks for the time.
"""

from drrouter.adapters.clock.simulated import SimulatedClock

__all__ = ["SimulatedClock"]
