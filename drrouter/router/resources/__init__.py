"""The tree of opaque data: what is kept, who may see it, what changed, and what goes up to providers."""
