"""What came last is remembered, and what is far behind is forgotten."""

from drrouter.router.recent import Recent


def test_the_oldest_is_forgotten_and_what_comes_again_is_the_newest() -> None:
    recent = Recent[str](most=2)
    recent.update(["a", "b", "a", "c"])
    assert ("a" in recent, "b" in recent, "c" in recent) == (True, False, True)
    assert len(recent) == 2


def test_the_same_thing_counts_once() -> None:
    recent = Recent[str](most=2)
    recent.update(["a", "a", "a"])
    assert len(recent) == 1
