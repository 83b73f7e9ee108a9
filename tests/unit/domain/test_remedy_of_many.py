"""A remedy stays short however many words are known."""

from drrouter.domain.remedy import MOST_KNOWN, nearest


def test_of_few_words_all_are_listed() -> None:
    assert nearest("kaza", ["kasa", "shelly"]) == "Did you mean 'kasa'? Known are: kasa, shelly"
    assert nearest("x", ["kasa", "shelly"]) == "Known are: kasa, shelly"
    assert nearest("x", []) == ""


def test_of_many_words_the_most_alike_are_listed() -> None:
    many = [f"generic.thing_{number}" for number in range(MOST_KNOWN)] + ["acme.wm9"]
    remedy = nearest("acme.wm8", many)
    assert remedy.startswith("Did you mean 'acme.wm9'? Known are: acme.wm9, generic.")
    assert remedy.endswith(" and 21 more")
