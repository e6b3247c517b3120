"""What a cell holds, by whole columns. Null is unknown: an empty cell, never a zero.

An expression names the facts that it stands on (``exports.reading.facts``).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from django.utils import translation

from companies import nomenclature
from companies.choices import EventKind, Status
from scoring.rules import bands, wording

# Where an answer of the sandbox becomes text, the cell says so: the file may be
# renamed, the cell copied, and nobody must take an example for a person.
SANDBOX_MARK = " (bac à sable)"
PAPPERS = "https://www.pappers.fr/entreprise/"
ANNUAIRE = "https://annuaire-entreprises.data.gouv.fr/entreprise/"
NO_NAME = "nom non diffusé"
_CENT = pl.lit("0.01").cast(pl.Decimal(18, 2))


def french(words: object) -> str:
    """Of a lazy text: a file is in French whoever was first to ask for one."""
    with translation.override("fr"):
        return str(words)


def col(name: str) -> pl.Expr:
    return pl.col(name)


def known(name: str) -> pl.Expr:
    """A text; an empty one is unknown."""
    return pl.col(name).replace("", None)


def worded(codes: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    """The words of a code; unknown for one that has none."""
    return codes.replace_strict(
        list(words), list(words.values()), default=None, return_dtype=pl.String
    )


def marked(text: pl.Expr, is_sandbox: str) -> pl.Expr:
    return pl.when(pl.col(is_sandbox)).then(text + SANDBOX_MARK).otherwise(text)


def public(value: pl.Expr) -> pl.Expr:
    """Nothing at all in partial diffusion."""
    return pl.when(~pl.col("is_partial")).then(value)


def points(name: str) -> pl.Expr:
    """From hundredths; always two decimals, so that a column lines up."""
    return hundredths(pl.col(name))


def hundredths(value: pl.Expr) -> pl.Expr:
    return (value.cast(pl.Int64) * _CENT).cast(pl.Decimal(18, 2))


def quotient(above: pl.Expr, below: pl.Expr, *, by: int) -> pl.Expr:
    """``by`` × above / below in hundredths, ties to even: whole numbers throughout.

    Amounts are of 63 bits: their products are not.
    """
    top = above.cast(pl.Int128) * (by * 100)
    bottom = below.cast(pl.Int128)
    floor = top // bottom
    twice = (top - floor * bottom) * 2
    up = (twice > bottom) | ((twice == bottom) & (floor % 2 == 1))
    rounded = floor + up.cast(pl.Int128)
    return hundredths(pl.when(bottom > 0).then(rounded).cast(pl.Int64, strict=False))


def banded(
    value: pl.Expr, steps: Iterable[tuple[int, str]], otherwise: str | None
) -> pl.Expr:
    """The word of the first floor that hundredths reach; null stays null."""
    (floor, word), *more = steps
    found: Any = pl.when(value >= floor * 100).then(pl.lit(word))
    for lower, lower_word in more:
        found = found.when(value >= lower * 100).then(pl.lit(lower_word))
    rest: pl.Expr = found.when(value.is_not_null()).then(pl.lit(otherwise))
    return rest


siren = pl.col("siren").cast(pl.String).str.zfill(9)
siret = pl.col("siret").cast(pl.String).str.zfill(14)
name = pl.coalesce(known("name"), known("trade_name"), pl.lit(NO_NAME))
leader = public(marked(known("leader_name"), "leader_is_sandbox"))
address = public(known("address"))
postal_code = known("postal_code")
commune = pl.coalesce(pl.col("place"), known("commune"))
pappers = PAPPERS + siren
annuaire = ANNUAIRE + siren


def _legal_forms() -> dict[str, str]:
    forms = nomenclature.legal_forms()
    return {code: nomenclature.legal_form_name(code) for code in forms}


# A code that no list has is shown as it is.
legal_form = pl.coalesce(
    worded(pl.col("legal_form"), _legal_forms()), known("legal_form")
)
naf_label = worded(
    pl.col("naf_code"),
    {code: naf.label for code, naf in nomenclature.naf_codes().items()},
)
status = worded(pl.col("status"), {each.value: french(each.label) for each in Status})
band_words = worded(
    pl.col("headcount_band"),
    {code: band.label for code, band in nomenclature.HEADCOUNT_BANDS.items()},
)
# People when accounts tell, else the band in words: a bound is not a count.
headcount = pl.coalesce(
    pl.col("now_headcount").cast(pl.String),
    band_words,
    pl.col("accounts_headcount").cast(pl.String),
)
has_unit_jump = pl.any_horizontal(
    pl.col(f"{each}_has_unit_jump").fill_null(value=False)
    for each in ("now", "n1", "n2")
)
# (N / N−2) − 1 in %, in one account type; nothing across a change of unit.
growth = pl.when(~has_unit_jump & (pl.col("n2_revenue") > 0)).then(
    quotient(
        pl.col("now_revenue").cast(pl.Int128) - pl.col("n2_revenue"),
        pl.col("n2_revenue"),
        by=100,
    )
)
net_margin = quotient(pl.col("now_net_income"), pl.col("now_revenue"), by=100)
_debt, _equity = pl.col("now_financial_debt"), pl.col("now_equity")
debt_ratio = (
    pl.when(_debt.is_null() | _equity.is_null() | (_debt < 0))
    .then(pl.lit(None, pl.Decimal(18, 2)))
    .when(_equity <= 0)
    .then(hundredths(pl.lit(100)))
    .otherwise(quotient(_debt, _debt.cast(pl.Int128) + _equity, by=1))
)
data_quality = banded(pl.col("coverage"), ((70, "Haute"), (40, "Moyenne")), "Faible")
priority = banded(pl.col("score"), bands.PRIORITIES, "LOW")


def level(name: str) -> pl.Expr:
    """Excellent … Faible; Non évalué without a score."""
    steps = [(floor, wording.level(code)) for floor, code in bands.LEVELS]
    told = banded(pl.col(name), steps, wording.level("weak"))
    return told.fill_null(wording.level("not_rated"))


# The last day anything was read of it, the register when nothing else was.
read_on = pl.coalesce("enriched_on", "registered_on")
event_kind = worded(
    pl.col("event_kind"), {each.value: french(each.label) for each in EventKind}
)
event_label = (
    pl.col("event_label")
    .str.replace_all(r"\s+", " ")
    .str.strip_chars()
    .replace("", None)
)
# The words of a notice may name a person.
event_words = pl.coalesce(public(event_label), event_kind)
# ``AAAA-MM-JJ libellé``
latest_news = marked(
    pl.col("event_on").dt.to_string("%Y-%m-%d") + " " + event_words, "event_is_sandbox"
)
notes = known("notes")
