"""A trial in words: what its page shows, from the figures that were kept of it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from scoring.comparing import EDGES
from scoring.models import RulesetTrial
from scoring.rules import figures, wording
from scoring.rules.figures import Lang


@dataclass(frozen=True, slots=True)
class Bin:
    """How many companies moved that much; ``still`` is those that did not."""

    label: str
    count: int
    still: bool

    @property
    def segments(self) -> list[tuple[str, int]]:
        return [("reused" if self.still else "done", self.count)]


@dataclass(frozen=True, slots=True)
class Part:
    """What one component moved, and how: value × weight before and after."""

    label: str
    points: float
    how: str
    fact: str


@dataclass(frozen=True, slots=True)
class Mover:
    siren: str
    name: str
    before: float | None
    after: float | None
    levels: tuple[str, str]
    caps: tuple[str, ...]
    coverage: tuple[float | None, float | None]
    parts: list[Part]

    @property
    def moved(self) -> float | None:
        if self.before is None or self.after is None:
            return None
        return round(self.after - self.before, 2)


@dataclass(frozen=True, slots=True)
class Crossing:
    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class TrialPage:
    figures: dict[str, Any]
    bins: list[Bin]
    most: int
    crossings: list[Crossing]
    movers: list[Mover]
    crossers: list[Mover]


def of(made: RulesetTrial, lang: Lang) -> TrialPage:
    outcome = made.outcome
    counts = outcome["bins"]
    return TrialPage(
        figures=outcome,
        bins=[
            Bin(label, count, place == len(counts) // 2)
            for place, (label, count) in enumerate(
                zip(_bin_labels(lang), counts, strict=True)
            )
        ],
        most=max(counts),
        crossings=[
            Crossing(wording.level(before, lang), wording.level(after, lang), count)
            for before, after, count in outcome["levels"]
        ],
        movers=[_mover(each, lang) for each in outcome["movers"]],
        crossers=[_mover(each, lang) for each in outcome["crossers"]],
    )


def _bin_labels(lang: Lang) -> list[str]:
    """« −10 et moins », « −10 à −5 », … « inchangées », … « +10 et plus »."""
    ends = [figures.signed(0.0 if abs(edge) < 1 else edge, lang) for edge in EDGES]
    middle = len(EDGES) // 2
    labels = [_("%(end)s et moins") % {"end": ends[0]}]
    for place, (low, high) in enumerate(zip(ends, ends[1:], strict=False), 1):
        if place == middle:
            labels.append(_("inchangées"))
        else:
            labels.append(_("%(low)s à %(high)s") % {"low": low, "high": high})
    return [*labels, _("%(end)s et plus") % {"end": ends[-1]}]


def _mover(told: dict[str, Any], lang: Lang) -> Mover:
    before, after = told["levels"]
    return Mover(
        siren=told["siren"],
        name=told["name"],
        before=told["before"],
        after=told["after"],
        levels=(wording.level(before, lang), wording.level(after, lang)),
        caps=_caps(*told["caps"], lang=lang),
        coverage=(told["coverage"][0], told["coverage"][1]),
        parts=[_part(part, lang) for part in told["parts"]],
    )


def _caps(before: Any, after: Any, *, lang: Lang) -> tuple[str, ...]:
    """What holds the score down, when that is not the same on both sides."""
    if before == after:
        return ()
    words = []
    for cap, sentence in (
        (before, _("avant, plafonnée à %(cap)s : %(flag)s")),
        (after, _("après, plafonnée à %(cap)s : %(flag)s")),
    ):
        if cap:
            flag = wording.flag(cap[0], lang)
            words.append(
                sentence % {"cap": figures.decimal(cap[1], lang), "flag": flag}
            )
    return tuple(words)


def _part(part: dict[str, Any], lang: Lang) -> Part:
    return Part(
        label=wording.component_label(part["component"], lang),
        points=part["points"],
        how=" → ".join(
            _product(value, share, lang)
            for value, share in zip(part["values"], part["shares"], strict=True)
        ),
        fact=part["fact"][lang],
    )


def _product(value: float | None, share: float, lang: Lang) -> str:
    if value is None:
        return _("absente")
    return f"{figures.decimal(value, lang)} × {figures.percent(share, lang)}"
