"""Pieces of sentences that say a criterion: numbers, ranges, periods, alternatives."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from companies.choices import EventKind
from companies.search.criteria import Bounds
from mainsite.lib import formatting

Text = str | Promise
# A sentence names this many things; the others are counted.
MOST = 8


def language() -> str:
    return get_language() or "fr"


def count(number: int) -> str:
    """« 1 234 », “1,234”."""
    return formatting.number(number, language=language())


def either(words: list[str]) -> str:
    """« a, b ou c »."""
    return _joined(words, _("%(first)s ou %(last)s"))


def neither(words: list[str]) -> str:
    """« a, b ni c », after « sans »."""
    return _joined(words, _("%(first)s ni %(last)s"))


def _joined(words: list[str], template: str) -> str:
    if len(words) < 2:
        return "".join(words)
    if len(words) > MOST:
        rest = len(words) - MOST + 1
        others = ngettext("%(n)s autre", "%(n)s autres", rest) % {"n": count(rest)}
        words = [*words[: MOST - 1], others]
    return template % {"first": ", ".join(words[:-1]), "last": words[-1]}


def quoted(words: str) -> str:
    return _("«\u00a0%(words)s\u00a0»") % {"words": words}


def event(kind: str) -> str:
    """A kind of event inside a sentence."""
    if kind == EventKind.OTHER:
        return _("autre annonce")
    return str(EventKind(kind).label).lower()


def period(since: date | None, until: date | None) -> str:
    """What follows the events: empty when they may be of any day."""
    if since and until:
        words = _("du %(since)s au %(until)s")
    elif since:
        words = _("depuis le %(since)s")
    elif until:
        words = _("jusqu’au %(until)s")
    else:
        return ""
    return words % {"since": _day(since), "until": _day(until)}


def _day(day: date | None) -> str:
    return formatting.long_date(day, language=language()) if day else ""


@dataclass(frozen=True, slots=True)
class Unit:
    one: Text = ""
    many: Text = ""

    def of(self, number: Decimal | None) -> str:
        return str(self.one if number is not None and abs(number) < 2 else self.many)


MILLIONS = Unit(gettext_lazy("\u00a0M€"), gettext_lazy("\u00a0M€"))
YEARS = Unit(gettext_lazy("\u00a0an"), gettext_lazy("\u00a0ans"))
DAYS = Unit(gettext_lazy("\u00a0jour"), gettext_lazy("\u00a0jours"))
POINTS = Unit()


@dataclass(frozen=True, slots=True)
class RangeWords:
    """``unknown`` is what is also let in; ``both``, ``low`` and ``high`` the forms."""

    subject: Text
    unit: Unit
    unknown: Text
    both: Text = gettext_lazy("%(subject)s de %(low)s à %(high)s%(unit)s")
    low: Text = gettext_lazy("%(subject)s de %(low)s%(unit)s et plus")
    high: Text = gettext_lazy("%(subject)s de %(high)s%(unit)s au plus")

    def say(self, bounds: Bounds) -> str:
        low, high = bounds.low, bounds.high
        said = str(self._form(bounds)) % {
            "subject": self.subject,
            "low": _number(low),
            "high": _number(high),
            "unit": self.unit.of(low if high is None else high),
        }
        return either([said, str(self.unknown)]) if bounds.with_unknown else said

    def _form(self, bounds: Bounds) -> Text:
        if bounds.low is None:
            return self.high
        return self.low if bounds.high is None else self.both


def _number(value: Decimal | None) -> str:
    if value is None:
        return ""
    exact = Decimal(value).normalize()
    decimals = max(-int(exact.as_tuple().exponent), 0)
    return formatting.number(exact, decimals=decimals, language=language())


_SINCE = {
    "both": gettext_lazy("%(subject)s %(low)s à %(high)s%(unit)s"),
    "low": gettext_lazy("%(subject)s %(low)s%(unit)s au moins"),
    "high": gettext_lazy("%(subject)s %(high)s%(unit)s au plus"),
}
RANGES = {
    "ca": RangeWords(gettext_lazy("CA"), MILLIONS, gettext_lazy("non publié")),
    "attractivite": RangeWords(
        gettext_lazy("attractivité"), POINTS, gettext_lazy("non évaluable")
    ),
    "cedabilite": RangeWords(
        gettext_lazy("cédabilité"), POINTS, gettext_lazy("non évaluable")
    ),
    "couverture": RangeWords(
        gettext_lazy("couverture"), POINTS, gettext_lazy("inconnue")
    ),
    "dirigeant": RangeWords(
        gettext_lazy("dirigeant"), YEARS, gettext_lazy("d’âge inconnu")
    ),
    "anciennete": RangeWords(
        gettext_lazy("dirigeant en poste depuis"),
        YEARS,
        gettext_lazy("depuis un temps inconnu"),
        **_SINCE,
    ),
    "maj": RangeWords(
        gettext_lazy("mise à jour il y a"),
        DAYS,
        gettext_lazy("à une date inconnue"),
        **_SINCE,
    ),
    "age": RangeWords(
        gettext_lazy("société"), YEARS, gettext_lazy("de création inconnue")
    ),
    "avis": RangeWords(
        gettext_lazy("avis de l’équipe"), POINTS, gettext_lazy("sans avis")
    ),
}
