"""Integrations: each drives one kind of device through its own transport."""
