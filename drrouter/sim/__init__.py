"""The simulated home: physics, fakes that speak real bytes, and the demo around them."""
