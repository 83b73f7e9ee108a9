"""The demo: a whole day of the true router with a simulated home and a service provider, over real bytes.

    scenario    the day as data: what the provider sends and the people do
    provider    the provider's business logic, a client of the VTN
    owner       the people at home: clients of the router's API, hands in the simulated home
    processes   the VTN, the home and the router as child processes
    narrator    what happens, in plain sentences
    ledger      what the day cost and whether every order was obeyed, from the home's true record

``run_demo`` puts them together.
"""
