"""The leaves and their log: numbers never come again, and everything is bounded."""

from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.resource import MOST_BRANCH_BYTES, MOST_BYTES, MOST_LEAVES, LeafPath
from drrouter.router.resources.tree import Tree
from tests.builders import NOON

BEGIN = 1000


def written(tree: Tree, path: str, data: bytes = b"x") -> None:
    for step in tree.write(LeafPath(path), "text/plain", data, "owner", NOON):
        tree.apply(step)


def removed(tree: Tree, path: str) -> None:
    for step in tree.remove([LeafPath(path)], "owner", NOON):
        tree.apply(step)


def test_the_oldest_leaf_of_a_full_branch_makes_room_and_no_other_branch_does() -> None:
    tree = Tree(BEGIN)
    written(tree, "vehicle/car/profile")
    for number in range(MOST_LEAVES + 2):
        written(tree, f"home/n{number}")
    assert len(tree.under("home")) == MOST_LEAVES
    assert "home/n0" not in tree.leaves
    assert "home/n1" not in tree.leaves
    assert "vehicle/car/profile" in tree.leaves


def test_a_leaf_that_is_written_again_is_the_newest() -> None:
    tree = Tree(BEGIN)
    for number in range(MOST_LEAVES):
        written(tree, f"home/n{number}")
    written(tree, "home/n0", b"again")
    written(tree, "home/more")
    assert "home/n0" in tree.leaves
    assert "home/n1" not in tree.leaves


def test_bytes_of_a_branch_are_bounded() -> None:
    tree = Tree(BEGIN)
    for number in range(MOST_BRANCH_BYTES // MOST_BYTES + 3):
        written(tree, f"home/n{number}", bytes(MOST_BYTES))
    assert sum(len(leaf.data) for leaf in tree.under("home")) == MOST_BRANCH_BYTES


def test_what_is_no_longer_known_is_a_gap_and_so_is_what_never_was() -> None:
    tree = Tree(BEGIN, most_changes=3)
    for number in range(5):
        written(tree, f"home/n{number}")
    assert tree.floor == BEGIN + 2
    assert tree.after(BEGIN + 1) is None
    assert tree.after(BEGIN + 6) is None
    assert [change.path for change in tree.after(BEGIN + 2) or ()] == ["home/n2", "home/n3", "home/n4"]
    assert tree.after(BEGIN + 5) == []


def test_a_log_with_a_hole_is_known_from_behind_the_hole_on() -> None:
    tree = Tree(BEGIN)
    for number in range(5):
        written(tree, f"home/n{number}")
    log = tree.after(BEGIN) or []
    again = Tree.of(0, tree.leaves.values(), log[:1] + log[2:])
    assert (again.floor, again.sequence) == (BEGIN + 2, BEGIN + 5)


def test_a_tree_without_a_log_goes_on_behind_its_leaves() -> None:
    tree = Tree(BEGIN)
    written(tree, "home/a")
    again = Tree.of(0, tree.leaves.values(), ())
    assert again.sequence == BEGIN + 1
    assert again.after(BEGIN) is None


CHANGES = st.lists(
    st.tuples(st.sampled_from(["home/a", "home/b", "vehicle/car/p"]), st.binary(max_size=4) | st.none())
)


@given(CHANGES, st.integers(0, 40))
def test_who_replays_the_log_from_any_number_has_what_there_is(
    changes: list[tuple[str, bytes | None]], at: int
) -> None:
    tree = Tree(BEGIN)
    known: dict[str, int] = {}
    cursor = BEGIN
    for number, (path, data) in enumerate(changes):
        if data is None:
            removed(tree, path)
        else:
            written(tree, path, data)
        if number == at:
            known, cursor = {leaf.path: leaf.sequence for leaf in tree.under("")}, tree.sequence
    for change in tree.after(cursor) or ():
        known.pop(change.path, None)
        if not change.removed:
            known[change.path] = change.sequence
    assert known == {leaf.path: leaf.sequence for leaf in tree.under("")}
    assert Tree.of(0, tree.leaves.values(), tree.after(BEGIN) or ()).leaves == tree.leaves
