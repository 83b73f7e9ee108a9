"""The true router in virtual time, with simulated home, people, providers and seeded faults in one process."""
