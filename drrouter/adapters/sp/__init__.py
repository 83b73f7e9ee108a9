"""Links to service providers, one package per protocol."""
