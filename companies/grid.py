"""The table of the list: which columns it has, and each cell made once, in Python.

Fifty rows of fourteen cells are the dearest part of the page to write: a template
would look up every value of each of them by name.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from companies import nomenclature
from companies.choices import ScoreState
from companies.search.lines import Row
from mainsite.lib.svg import NOTHING
from mainsite.lib.templatetags import dossier as say

PLAIN = say.absence("")


@lru_cache(maxsize=8192, typed=True)
def _html(template: str, *values: object) -> SafeString:
    """``format_html``, remembered: most cells of a list have been written before.

    By type too, so that a word never comes back as the markup that reads the same.
    """
    return format_html(template, *values)


@dataclass(frozen=True, slots=True)
class Look:
    """What every row of a page has in common. ``href`` has ``{}`` for the SIREN; an
    exercise closed more than two years before ``year`` is stale."""

    href: str
    year: int


# The second is the year it is.
Cell = Callable[[Row, int], SafeString]


@dataclass(frozen=True, slots=True)
class Column:
    """``css`` names its cells for the style sheet, ``sort`` the sort of its head."""

    name: str
    label: str | Promise
    css: str
    width: int
    cell: Cell
    sort: str = ""
    is_usual: bool = True
    # A column that comes with this one: the year of an amount.
    tail: tuple[str, int] | None = None


# Cells


def _place(row: Row, _now: int) -> SafeString:
    note: str = NOTHING
    if row.commune and not row.is_head_office:
        note = _html(
            ' <i title="{}">{}</i>',
            _("lieu d’un établissement ; siège inconnu"),
            _("étab."),
        )
    return _html(
        '<td class="c-vi">{} <small>{}{}</small></td>',
        row.commune or say.absence(),
        row.department,
        note,
    )


def _naf(row: Row, _now: int) -> SafeString:
    return _html('<td class="c-naf qq" title="{}">{}</td>', row.naf_label, row.naf_code)


def _siren(row: Row, _now: int) -> SafeString:
    return _html('<td class="c-si">{}</td>', say.siren(row.siren))


def _legal_form(row: Row, _now: int) -> SafeString:
    words = nomenclature.legal_form_name(row.legal_form) if row.legal_form else ""
    return _html('<td class="c-fj" title="{}">{}</td>', words, words or say.absence())


def _created(row: Row, _now: int) -> SafeString:
    if row.created_on is None:
        return _html('<td class="n c-cr">{}</td>', say.absence())
    return _html(
        '<td class="n c-cr" title="{}">{}</td>',
        say.fr_date(row.created_on),
        row.created_on.year,
    )


def _score(row: Row, _now: int) -> SafeString:
    if row.score is None or row.score_state == ScoreState.NOT_EVALUABLE:
        return _not_read(row, 1)
    if row.score_flag:
        return _html(
            '<td class="rd c-a" title="{}">{}</td>',
            row.flag_title,
            say.capped(row.score, row.flag_words),
        )
    return _html(
        '<td class="rd c-a">{}</td>', say.reading_bar(row.score, "attractivite")
    )


def _sale(row: Row, _now: int) -> SafeString:
    if row.score is None or row.score_state == ScoreState.NOT_EVALUABLE:
        return _not_read(row, 1)
    if row.sale_likelihood is None:
        unread = _html('<span class="mute">{}</span>', _("non éval."))
        return _html('<td class="rd c-c">{}</td>', unread)
    return _html(
        '<td class="rd c-c">{}</td>',
        say.reading_bar(row.sale_likelihood, "cedabilite"),
    )


def _not_read(row: Row, span: int) -> SafeString:
    """In place of one reading or of both: not assessable, or never enriched."""
    if row.score_state != ScoreState.NOT_EVALUABLE:
        words = _("jamais enrichie")
        template = '<td class="ne" colspan="{}"><span class="qq">{}</span></td>'
        return _html(template, span, words)
    lacks: str = NOTHING
    if row.missing and span > 1:
        lacks = _html("<span>{} {}</span>", _("sans"), row.missing_words)
    return _html(
        '<td class="ne" colspan="{}"><i>{}</i>{}</td>', span, _("non évaluable"), lacks
    )


def _coverage(row: Row, _now: int) -> SafeString:
    if row.coverage is None:
        return _html('<td class="rd v c-v">{}</td>', PLAIN)
    ticks = say.coverage_ticks(row.coverage)
    return _html('<td class="rd v c-v">{}</td>', ticks)


def _revenue(row: Row, now: int) -> SafeString:
    if row.revenue is None:
        kind = "confidential" if row.is_confidential else "unknown"
        amount: str = say.absence(kind)
    else:
        dagger = NOTHING
        if row.sources_disagree:
            title = _("les sources divergent")
            dagger = _html('<span class="fn" title="{}">†</span>', title)
        amount = _html(
            '{}<span class="only-s"> M€</span>{}', say.meuros(row.revenue), dagger
        )
    return _html('<td class="n c-ca">{}</td>', amount) + _year(row, now)


def _year(row: Row, now: int) -> SafeString:
    if not row.revenue_year:
        return _html('<td class="yr">{}</td>', "")
    if row.revenue_year >= now - 2:
        return _html('<td class="yr">{}</td>', row.revenue_year)
    clock = say.icon("clock")
    return _html('<td class="yr old">{}{}</td>', clock, row.revenue_year)


def _trend(row: Row, _now: int) -> SafeString:
    points = row.spark
    drawing = say.sparkline(points) if points else NOTHING
    return _html('<td class="c-tr">{}</td>', drawing)


def _result(row: Row, _now: int) -> SafeString:
    return _html('<td class="n c-rn">{}</td>', say.figure(row.net_income, "meuros"))


def _headcount(row: Row, _now: int) -> SafeString:
    words = row.headcount_label
    return _html('<td class="c-ef" title="{}">{}</td>', words, words or say.absence())


def _leader(row: Row, now: int) -> SafeString:
    """The age reached this year: only the year of birth is published."""
    age = now - row.leader_birth_year if row.leader_birth_year else None
    return _html('<td class="n c-ag">{}</td>', say.years(age))


def _status(row: Row, _now: int) -> SafeString:
    return _html('<td class="c-st">{}</td>', say.status(row.status))


def _updated(row: Row, _now: int) -> SafeString:
    if row.enriched_at is None:
        return _html('<td class="n c-mj">{}</td>', PLAIN)
    return _html('<td class="n c-mj">{}</td>', say.fr_short_date(row.enriched_at))


# Columns, in the order they stand in

COLUMNS = {
    column.name: column
    for column in (
        Column("siren", gettext_lazy("SIREN"), "c-si", 88, _siren, is_usual=False),
        Column("siege", gettext_lazy("Siège"), "c-vi", 172, _place, "siege"),
        Column("naf", gettext_lazy("NAF"), "c-naf", 58, _naf, "naf"),
        Column(
            "forme",
            gettext_lazy("Forme"),
            "c-fj",
            112,
            _legal_form,
            "forme",
            is_usual=False,
        ),
        Column(
            "creation",
            gettext_lazy("Création"),
            "n c-cr",
            74,
            _created,
            "age",
            is_usual=False,
        ),
        Column(
            "attractivite",
            gettext_lazy("Attractivité"),
            "rdh c-a",
            92,
            _score,
            "attractivite",
        ),
        Column(
            "cedabilite",
            gettext_lazy("Cédabilité"),
            "rdh c-c",
            92,
            _sale,
            "cedabilite",
        ),
        Column(
            "couverture",
            gettext_lazy("Couverture"),
            "rdh c-v",
            86,
            _coverage,
            "couverture",
        ),
        Column(
            "ca",
            gettext_lazy("CA, M€"),
            "n c-ca",
            84,
            _revenue,
            "ca",
            tail=("yr", 44),
        ),
        Column("tendance", gettext_lazy("5 ans"), "c-tr", 58, _trend),
        Column(
            "resultat",
            gettext_lazy("Résultat, M€"),
            "n c-rn",
            96,
            _result,
            "resultat",
            is_usual=False,
        ),
        Column(
            "effectif", gettext_lazy("Effectif"), "c-ef", 90, _headcount, "effectif"
        ),
        Column(
            "dirigeant", gettext_lazy("Dirigeant"), "n c-ag", 74, _leader, "dirigeant"
        ),
        Column("statut", gettext_lazy("Statut"), "c-st", 110, _status, "statut"),
        Column(
            "maj",
            gettext_lazy("Mise à jour"),
            "n c-mj",
            104,
            _updated,
            "maj",
            is_usual=False,
        ),
    )
}
USUAL = tuple(name for name, column in COLUMNS.items() if column.is_usual)
BOX_WIDTH, NAME_WIDTH = 28, 202


def read(values: Iterable[str]) -> tuple[str, ...]:
    """The known ones among the names, joined by dots or not, in their own order.

    The usual ones when none is known.
    """
    wanted = {name for value in values for name in str(value).split(".")}
    return tuple(name for name in COLUMNS if name in wanted) or USUAL


def write(names: Sequence[str]) -> str:
    """What an address says of them: nothing of the usual ones."""
    return "" if tuple(names) == USUAL else ".".join(names)


@dataclass(frozen=True, slots=True)
class Head:
    label: str | Promise
    css: str
    url: str = ""
    aria: str = ""


@dataclass(frozen=True, slots=True)
class Width:
    css: str
    px: int


def widths(names: Sequence[str]) -> list[Width]:
    """Of every column of the table, box and name included."""
    found = [Width("ck", BOX_WIDTH), Width("nm", NAME_WIDTH)]
    for column in map(COLUMNS.__getitem__, names):
        found.append(Width(column.css.split()[-1], column.width))
        if column.tail:
            found.append(Width(*column.tail))
    return found


def rows(page: Iterable[Row], names: Sequence[str], look: Look) -> list[SafeString]:
    """The cells of each row, written."""
    columns, language = tuple(names), get_language()
    href = escape(look.href)
    written = []
    for row in page:
        before, after = _around_link(row, columns, look.year, language)
        written.append(SafeString(before + href.replace("{}", row.siren) + after))
    return written


@lru_cache(maxsize=2_000)
def _around_link(
    row: Row, names: tuple[str, ...], now: int, _language: str | None
) -> tuple[SafeString, SafeString]:
    """A row up to the address of its company, which says the way back; what follows.

    The same companies are listed by many searches, in many orders. Written each time,
    fifty of them took a tenth of the page; two thousand are some eight megabytes.
    """
    name = escape(row.name)
    before = format_html(
        '<td class="ck"><label><input type="checkbox" name="siren" value="{}"'
        ' form="selection" data-app-pick aria-label="{} {}"></label></td>'
        '<th scope="row" class="nm"><a href="',
        row.siren,
        _("Sélectionner"),
        name,
    )
    after = format_html(
        '" title="{}, SIREN {}">{}</a></th>', name, say.siren(row.siren), name
    )
    return before, SafeString(after + "".join(_cells(row, names, now)))


def _cells(row: Row, names: tuple[str, ...], now: int) -> Iterator[SafeString]:
    is_read = row.score is not None and row.score_state != ScoreState.NOT_EVALUABLE
    is_merged = not is_read and {"attractivite", "cedabilite"} <= set(names)
    for name in names:
        if not is_merged or name not in ("attractivite", "cedabilite"):
            yield COLUMNS[name].cell(row, now)
        elif name == "attractivite":
            yield _not_read(row, 2)
