"""Whether the links to providers work, and what is wrong with them; see the package."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "link.up": "The link to {provider} is up.",
        "link.up_again": "The link to {provider} is up again.",
        "link.feed": "The feed {provider} is read.",
        "link.feed_again": "The feed {provider} can be read again.",
        "link.nobody": "No VTN of {provider} announces itself in the home.",
        "link.slow": "Provider {provider} did not answer within {seconds:g} s.",
        "link.unreachable": "Provider {provider} cannot be reached: {why:text}.",
        "link.page": "Provider {provider} cannot be reached: a web page answers in its place, such as the "
        "login page of a network.",
        "link.unreadable": "The answer cannot be read: {why:text}",
        "link.credentials": "Provider {provider} refuses the router: {why:text}. Check its client_id and "
        "client_secret.",
        "link.refuses": "Provider {provider} refuses a request: {why:text}.",
        "link.refuses_so": "Provider {provider} refuses a request ({why:text}).",
        "link.fault": "Provider {provider} is out of order: {why:text}.",
        "link.ended": "Provider {provider} ended the registration of this router.",
        "link.silent": "Provider {provider} does not say which events there are.",
        "link.other": "Provider {provider} does not answer with OpenADR 2.0b: {why:text}.",
        "link.feed_slow": "{url:text} was not read within {span}.",
        "link.feed_unread": "{url:text} cannot be read: {why:text}.",
        "link.feed_refuses": "{url:text} refuses the router ({status:.0f}). Check token_file of the feed.",
        "link.feed_status": "{url:text} was answered {status:.0f}.",
        "link.no_prices": "{url:text} has no prices.",
    }
)
