"""The router's sentences in English, as templates by their codes; ``drrouter.domain.said`` says them.

One module for each topic. A value stands with the form in which it is read, ``{limit_w:watts}``; a part by
its number, ``{0}``, or all of them with what stands between, ``{parts:; }``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from drrouter.domain.english import (
    devices,
    doctor,
    home,
    links,
    orders,
    outages,
    plans,
    providers,
    refusals,
    steering,
)

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        # of any topic
        "said.text": "{text:text}",
        "said.clause": "{0:clause}",
        "said.ended": "{0}.",
        "said.listed": "{parts:; }",
        "said.sentences": "{parts: }",
        **devices.ENGLISH,
        **doctor.ENGLISH,
        **home.ENGLISH,
        **links.ENGLISH,
        **orders.ENGLISH,
        **outages.ENGLISH,
        **plans.ENGLISH,
        **providers.ENGLISH,
        **refusals.ENGLISH,
        **steering.ENGLISH,
    }
)
