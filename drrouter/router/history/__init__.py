"""What the home used, what it cost, and what it would have cost without the router.

readings -> diary (quarters of an hour, moved energy) -> store
store -> costing (a local day) -> almanac (spans) -> views, advice
"""
