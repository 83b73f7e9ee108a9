"""The heart: takes signals in, keeps the bands, plans, dispatches, and answers for what it did."""
