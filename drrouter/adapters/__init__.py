"""The router's side of every protocol, machine and file; each adapter implements a port."""
