"""Terminal screens of the router: a client of the local API, which knows no other room of the program."""
