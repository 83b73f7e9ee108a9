"""What is sent at the door: codes, names, passwords, links, settings; checked before a handler sees it."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from drrouter.adapters.api.passwords import LONGEST, fault_of
from drrouter.adapters.api.people import clean_name
from drrouter.adapters.api.requests import StrictBody
from drrouter.adapters.api.roles import PERSON_ROLES, Role
from drrouter.adapters.door_views import LONGEST_LINK_MINUTES
from drrouter.domain.said import said

NewName = Annotated[str, StringConstraints(max_length=128), AfterValidator(clean_name)]
TypedPassword = Annotated[SecretStr, Field(max_length=4 * LONGEST)]
_Secret = Annotated[str, StringConstraints(min_length=1, max_length=128)]


def _of_a_person(role: Role) -> Role:
    """A person's role."""
    if role not in PERSON_ROLES:
        raise ValueError("a person is an owner, a resident or a guest")
    return role


PersonRole = Annotated[Role, AfterValidator(_of_a_person)]


class ClaimBody(StrictBody):
    """The code from the terminal, and who the first owner is."""

    code: _Secret
    name: NewName
    password: TypedPassword

    @model_validator(mode="after")
    def _good_password(self) -> Self:
        check_password(self.password, self.name)
        return self


class SignInBody(StrictBody):
    """A name with its password, or a one-time link."""

    name: Annotated[str, StringConstraints(max_length=128)] | None = None
    password: TypedPassword | None = None
    link: _Secret | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        typed = self.name is not None and self.password is not None
        if typed == (self.link is not None) or (self.name is None) != (self.password is None):
            raise ValueError("give a name and a password, or a link")
        return self


class PersonBody(StrictBody):
    """Somebody who may sign in from now on."""

    name: NewName
    role: PersonRole
    password: TypedPassword

    @model_validator(mode="after")
    def _good_password(self) -> Self:
        check_password(self.password, self.name)
        return self


class PasswordBody(StrictBody):
    """Another password; whoever changes the own one shows the present one."""

    password: TypedPassword
    current: TypedPassword | None = None


class LinkBody(StrictBody):
    """Whom a one-time link lets in, for how long it is good, and the address of the page that it opens."""

    role: PersonRole | None = None
    minutes: Annotated[int, Field(ge=1, le=LONGEST_LINK_MINUTES)] = 10
    base: Annotated[str, StringConstraints(max_length=500)] | None = None


def check_password(password: SecretStr, name: str) -> None:
    """Refuse a new password that is easy to guess.

    Raises:
        ValueError: it is.
    """
    if fault := fault_of(password.get_secret_value(), name):
        raise ValueError(said("password.wrong", fault))
