"""The true router in virtual time, with simulated home, people, providers and faults, all in one process."""
