"""What refuses an order keeps its reason on its way to a client, which can say it in any language."""

import pytest
from pydantic import ValidationError

from drrouter.adapters.api.door_bodies import PersonBody
from drrouter.adapters.problems import error_of, problem_of
from drrouter.adapters.strict_json import message_error
from drrouter.domain.plan import Reason
from drrouter.domain.reason_kept import reason_in
from drrouter.domain.said import reason_of, said
from drrouter.errors import DrrouterError, HoldExpiredError, MessageError, OptionError
from drrouter_ui.words import SiteTime, say, speak
from tests.builders import NOON


def test_a_refusal_comes_back_with_its_reason() -> None:
    problem = problem_of(HoldExpiredError(said("refused.expired")))
    back = error_of(problem, 410)
    assert isinstance(back, HoldExpiredError)
    assert reason_of(back.sentence) == Reason("refused.expired")


def test_a_text_without_a_code_is_refused_as_it_stands() -> None:
    assert "detail_said" not in problem_of(OptionError("no such thing"))
    assert reason_of(error_of({"detail": "no"}, 409).sentence) is None
    assert DrrouterError().sentence == ""


def test_of_a_wrong_input_the_reason_says_problem_and_remedy() -> None:
    error = MessageError("the request", "end", said("refused.after_start"), said("refused.other_end"))
    problem = problem_of(error)
    assert problem["detail"] == "the request: end: it should be after start. Give another end."
    reason = reason_in(problem["detail_said"])
    local = SiteTime.of("UTC", NOON)
    speak("de")
    told = "Das Ende muss nach dem Anfang liegen. Nennen Sie ein anderes Ende."
    assert say([reason], "", "EUR", local) == told
    plain = problem_of(MessageError("the request", "end", said("refused.after_start"), "Look it up"))
    reason = reason_in(plain["detail_said"])
    assert say([reason], "", "EUR", local) == "Das Ende muss nach dem Anfang liegen. Look it up."
    alone = problem_of(MessageError("the request", "end", said("refused.after_start")))
    reason = reason_in(alone["detail_said"])
    assert say([reason], "", "EUR", local) == "Das Ende muss nach dem Anfang liegen."
    speak("en")


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [("a/b", "a long enough secret", "people.slashes"), ("Anna", "short", "password.wrong")],
)
def test_what_is_wrong_with_a_body_is_said_in_our_own_words(name: str, password: str, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        PersonBody.model_validate({"name": name, "role": "guest", "password": password})
    problem = problem_of(message_error(caught.value, "the request"))
    reason = reason_in(problem["detail_said"])
    assert reason is not None
    assert reason.parts[0].code == code
    assert problem["detail"].startswith("the request: ")
