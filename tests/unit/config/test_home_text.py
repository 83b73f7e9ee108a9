"""The text of a home file is changed where it must be, and nowhere else."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.config.setup.text import HomeText
from drrouter.errors import DocumentError

TEXT = """# Our home, written by hand
schema = "drrouter.home/1"   # the edition

[site]   # here
name = "Home"          # by the sea
time_zone = "Europe/Amsterdam"
base_load_w = [
    180, 170,   # night
]

[site.pv]
peak_w = 4000

# The washer stands in the cellar
[[device]]
id = "washer"   # do not rename
name = "Washer"
match = { alias = "Plug 1" }

# The freezer is old
[[device]]
id = "freezer"
name = "Freezer"
[device.match]
alias = "Plug 2"
# its plug is behind it

# Kasa, last
[kasa]
every_s = 6

[[device]]
id = "car"
name = "Car"
"""


def home(text: str = TEXT) -> HomeText:
    return HomeText(text, "home.toml")


def comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def test_another_value_leaves_every_other_line_as_it_is() -> None:
    changed = home().set("site", {"name": "Our house"}).source
    assert changed == TEXT.replace('"Home" ', '"Our house" ')


def test_the_same_value_changes_nothing() -> None:
    assert home().set("site", {"name": "Home", "base_load_w": [180, 170]}).source == TEXT
    assert home().put("device", "washer", {"match": {"alias": "Plug 1"}}).source == TEXT


def test_a_key_is_added_to_its_own_table_and_taken_out_again() -> None:
    added = home().set("site", {"import_limit_w": 8050.0})
    assert added.table["site"]["import_limit_w"] == 8050.0
    assert comments(added.source) == comments(TEXT)
    assert added.set("site", {"import_limit_w": None, "unknown": None}).table == home().table


def test_a_table_that_is_missing_is_made_at_the_end() -> None:
    made = home().set("mqtt", {"host": "10.0.0.4"}).source
    assert made == TEXT + '\n[mqtt]\nhost = "10.0.0.4"\n'


def test_a_device_is_added_behind_the_last_one() -> None:
    keys = {"name": "Lamp", "match": {"alias": "Plug 3", "mac": None}, "groups": ("all",), "watch_only": True}
    made = home().put("device", "lamp", keys).source
    added = '\n[[device]]\nid = "lamp"\nname = "Lamp"\nmatch = {alias = "Plug 3"}\ngroups = ["all"]\n'
    assert made == TEXT + added + "watch_only = true\n"
    assert home('schema = "x"').put("device", "a", {}).source == 'schema = "x"\n\n[[device]]\nid = "a"\n'


def test_a_device_is_changed_where_it_stands() -> None:
    changed = home().put("device", "car", {"name": "Van"}).source
    assert changed == TEXT.replace('"Car"', '"Van"')
    other = home().put("device", "freezer", {"match": {"alias": "Plug 9"}})
    assert other.table["device"][1]["match"] == {"alias": "Plug 9"}


def test_a_device_is_taken_out_and_all_comments_of_others_stay() -> None:
    rest = home().drop("device", "washer")
    assert [one["id"] for one in rest.table["device"]] == ["freezer", "car"]
    assert comments(rest.source) == [one for one in comments(TEXT) if one != " do not rename"]
    none = rest.drop("device", "freezer").drop("device", "car")
    assert "device" not in none.table
    assert "# The freezer is old" in none.source


def test_who_is_not_there_cannot_be_taken_out() -> None:
    with pytest.raises(DocumentError, match=r"device\[lamp\]: there is none. There is: washer, freezer, car"):
        home().drop("device", "lamp")


@pytest.mark.parametrize(
    "text",
    [
        'site = { name = "a" }\n',
        'site.name = "a"\n',
        'text = """\n[site]\nname = "b"\n"""\n[site]\n',
        '[site]\nname = """\n[[x]]\n"""\n',
    ],
)
def test_what_is_written_in_another_way_is_refused_and_stays(text: str) -> None:
    with pytest.raises(DocumentError, match="is written in a way that drrouter does not change"):
        home(text).set("site", {"name": "new"})


@pytest.mark.parametrize("text", ['device = [{ id = "a" }]\n', "device = 3\n", "device = [1]\n"])
def test_devices_that_stand_on_one_line_are_left_to_an_editor(text: str) -> None:
    with pytest.raises(DocumentError, match="text editor"):
        home(text).put("device", "a", {"name": "b"})
    with pytest.raises(DocumentError):
        home(text).drop("device", "a")


def test_a_text_that_is_no_toml_is_refused() -> None:
    with pytest.raises(DocumentError, match="line 1"):
        home("= 3")


names = st.sampled_from(["washer", "freezer", "car", "lamp", "heater"])
texts = st.sampled_from(["", "new", "# none", '"', "\\", '"""', "\n[site]\n", "\u202e", "\x00\r\n"])
values = st.one_of(texts, st.sampled_from([-1, 2**40, 0.1, True, False, None]))
changes = st.lists(
    st.tuples(st.sampled_from(["set", "put", "drop"]), names, st.dictionaries(names, values, max_size=3)),
    max_size=8,
)


@given(changes)
def test_whatever_is_changed_the_text_says_it_and_the_comments_stay(
    made: list[tuple[str, str, dict[str, object]]],
) -> None:
    text = home()
    for how, name, keys in made:
        try:
            text = text.drop("device", name) if how == "drop" else _changed(text, how, name, keys)
        except DocumentError as error:
            assert how == "drop", error  # noqa: PT017 - only who is not there is refused
    assert tomllib.loads(text.source) == text.table
    kept = ["# Our home, written by hand", "# The washer stands in the cellar", "# Kasa, last", "# night"]
    assert all(one in text.source for one in kept)


def _changed(text: HomeText, how: str, name: str, keys: dict[str, object]) -> HomeText:
    return text.set("site", keys) if how == "set" else text.put("device", name, keys)
