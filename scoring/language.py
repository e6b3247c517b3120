"""The language of the screen, for words that know French and English."""

from django.utils.translation import get_language

from mainsite.lib import formatting
from scoring.rules.figures import Lang


def current() -> Lang:
    return "en" if formatting.is_english(get_language()) else "fr"
