"""The tests, a package of ours: libraries install packages of that name, which must not come first."""
