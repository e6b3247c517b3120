"""What the pages of one company say, in the order it is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fpdf import Align, XPos, YPos

from exports.formats.pdf import chart
from exports.formats.pdf.fonts import spelled
from exports.formats.pdf.sheet import INK, INK_SOFT, SIGNAL, Sheet
from exports.profiles.complet import SOURCES, TYPES
from mainsite.lib import formatting
from scoring.panel import Panel, ReasonLine

# Exercises of the table and of the chart; what two pages hold of reasons.
YEARS, REASONS = 6, 4
NOT_KNOWN: Final = "—"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """``exercises`` and ``readings`` are the stored rows of the company."""

    row: Row
    exercises: Sequence[Row]
    readings: Sequence[Row]
    panel: Panel | None


def draw(sheet: Sheet, told: Told) -> None:
    sheet.add_page()
    row = told.row
    sheet.start_section(spelled(row.get("nom_entreprise") or row["siren"]))
    sheet.title_line(row.get("nom_entreprise") or row["siren"])
    about = (
        f"SIREN {formatting.siren(row['siren'])}",
        row.get("forme_juridique"),
        row.get("ville"),
        row.get("libelle_naf"),
    )
    sheet.write_line(" · ".join(filter(None, about)), size=10, colour=INK_SOFT)
    if row.get("active") is False:
        sheet.write_line("Société fermée au registre.", colour=SIGNAL, bold=True)
    if row.get("diffusion_partielle"):
        sheet.write_line(
            "Diffusion partielle : aucun champ personnel n’est montré.", colour=INK_SOFT
        )
    _identity(sheet, row)
    _figures(sheet, told)
    _scores(sheet, told)
    _people(sheet, row)
    _sources(sheet, told)


def _identity(sheet: Sheet, row: Row) -> None:
    sheet.heading("Identité")
    place = " ".join(filter(None, (row.get("code_postal"), row.get("ville"))))
    _pairs(
        sheet,
        (
            ("SIRET du siège", row.get("siret_siege")),
            ("Enseigne", row.get("enseigne")),
            ("Créée le", _day(row.get("date_creation"))),
            ("Fermée le", _day(row.get("date_fermeture"))),
            ("Siège", ", ".join(filter(None, (row.get("adresse"), place)))),
            ("Activité", _both(row.get("code_naf"), row.get("libelle_naf"))),
            ("Capital", _euros(row.get("capital_social"))),
            ("Effectif au registre", row.get("tranche_effectif")),
            ("Site", row.get("site_web")),
            ("Dirigeant", row.get("dirigeant_principal")),
            ("Suivi", _both(row.get("statut"), _day(row.get("statut_depuis")))),
            ("Dernière annonce", _news(row)),
        ),
    )


def _news(row: Row) -> str | None:
    words = row.get("actualite_libelle") or row.get("actualite_nature")
    return _both(_day(row.get("actualite_date")), words)


def _figures(sheet: Sheet, told: Told) -> None:
    sheet.heading("Chiffres")
    kind: str = told.row.get("type_comptes") or ""
    mine = [each for each in told.exercises if TYPES.get(each["account_type"]) == kind]
    if not mine:
        words = (
            "Comptes déposés, confidentiels."
            if told.row.get("comptes_confidentiels")
            else "Aucun chiffre publié n’est connu."
        )
        sheet.write_line(words)
        return
    shown = mine[-YEARS:]
    words = f"{kind.capitalize()}, en euros. Un tiret : inconnu ou non publié."
    if any(each["is_sandbox"] for each in shown):
        words += " Chiffres d’une réponse du bac à sable."
    sheet.write_line(words, size=8.5, colour=INK_SOFT)
    _table(sheet, shown)
    chart.draw(sheet, _by_year(shown), title="Chiffre d’affaires, en millions d’euros")
    row = told.row
    _pairs(
        sheet,
        (
            ("Évolution sur 3 ans", _percent(row.get("evolution_ca_3ans"))),
            ("Marge nette", _percent(row.get("marge_nette"))),
            ("Endettement", _plain(row.get("ratio_endettement"))),
        ),
    )


_LINES: Final = (
    ("Chiffre d’affaires", "revenue"),
    ("Résultat net", "net_income"),
    ("EBE", "ebitda"),
    ("Capitaux propres", "equity"),
    ("Dettes financières", "financial_debt"),
    ("Effectif moyen", "headcount"),
)


def _table(sheet: Sheet, shown: Sequence[Row]) -> None:
    first = 36.0
    width = (sheet.epw - first) / max(len(shown), 4)
    sheet.ink(INK_SOFT, size=8.5, bold=True)
    sheet.cell(first, 5, "Clôture")
    for each in shown:
        sheet.cell(width, 5, f"{each['closed_on']:%d/%m/%Y}", align=Align.R)
    sheet.ln()
    for label, name in _LINES:
        if all(each[name] is None for each in shown):
            continue
        sheet.ink(INK_SOFT, size=8.5)
        sheet.cell(first, 4.6, label)
        sheet.ink(INK, size=8.5)
        for each in shown:
            amount = each[name]
            words = NOT_KNOWN if amount is None else formatting.number(amount)
            sheet.cell(width, 4.6, words, align=Align.R)
        sheet.ln()
    sheet.ln(2)


def _by_year(shown: Sequence[Row]) -> list[tuple[int, int | None]]:
    known = {each["year"]: each["revenue"] for each in shown}
    return [(year, known.get(year)) for year in range(min(known), max(known) + 1)][
        -YEARS:
    ]


def _scores(sheet: Sheet, told: Told) -> None:
    sheet.heading("Scores")
    row, panel = told.row, told.panel
    if row.get("score_ma") is None and row.get("couverture") is None:
        sheet.write_line("Non évalué.")
        return
    _three(
        sheet,
        (
            ("Attractivité", row.get("score_ma"), row.get("niveau_score")),
            ("Cédabilité", row.get("cedabilite"), ""),
            ("Couverture", row.get("couverture"), row.get("qualite_donnees")),
        ),
    )
    if panel is not None:
        _explained(sheet, panel)


def _explained(sheet: Sheet, panel: Panel) -> None:
    if panel.cap:
        sheet.write_line(f"Plafonnée : {panel.cap[0]}", colour=SIGNAL, size=9)
    for title, name in (
        ("Ce qui fait l’attractivité", "attractiveness"),
        ("Ce qui fait la cédabilité", "sale"),
        ("Ce que couvrent les données", "coverage"),
    ):
        _reasons(sheet, title, panel.reasons.get(name, [])[:REASONS])
    _covered(sheet, panel)
    sheet.ln(1)
    sheet.write_line(
        f"Règles {panel.version}, calculé le {formatting.long_date(panel.scored_at)}.",
        size=8,
        colour=INK_SOFT,
    )


def _three(sheet: Sheet, readings: Iterable[tuple[str, Any, str | None]]) -> None:
    width, top = sheet.epw / 3, sheet.y
    for place, (label, points, words) in enumerate(readings):
        sheet.set_xy(sheet.l_margin + place * width, top)
        sheet.ink(INK_SOFT, size=8.5)
        sheet.cell(width, 4.4, label, new_x=XPos.LEFT, new_y=YPos.NEXT)
        sheet.ink(INK, size=15, bold=True)
        sheet.cell(width, 7, _plain(points) or "Non évalué", new_x=XPos.LEFT,
                   new_y=YPos.NEXT)  # fmt: skip
        sheet.ink(INK_SOFT, size=8.5)
        sheet.cell(width, 4.4, spelled(words or ""))
    sheet.set_y(top + 17)


def _reasons(sheet: Sheet, title: str, lines: Sequence[ReasonLine]) -> None:
    if not lines:
        return
    sheet.write_line(title, size=8.5, bold=True)
    for line in lines:
        colour = SIGNAL if line.is_negative else INK
        sheet.write_line(
            f"{line.sign} {line.sentence}", size=9, indent=2, colour=colour
        )
    sheet.ln(0.8)


def _covered(sheet: Sheet, panel: Panel) -> None:
    words = " · ".join(
        f"{line.label} {formatting.number(line.got)}/{formatting.number(line.most)}"
        for line in panel.coverage
    )
    if words:
        sheet.write_line(f"Couverture : {words}", size=8.5, colour=INK_SOFT)


def _people(sheet: Sheet, row: Row) -> None:
    pairs = (
        ("Contact", _both(row.get("contact"), row.get("contact_fonction"))),
        ("Email", _both(row.get("email"), row.get("email_source"))),
        ("Téléphone", _both(row.get("telephone"), row.get("telephone_source"))),
        ("LinkedIn", row.get("linkedin")),
    )
    if any(value for _, value in pairs):
        sheet.heading("Contact", room=20)
        _pairs(sheet, pairs)


def _sources(sheet: Sheet, told: Told) -> None:
    sheet.heading("Sources", room=20)
    register = _day(told.row.get("registre_lu_le"))
    if register:
        sheet.pair(told.row.get("registre_source") or "Registre", f"lu le {register}")
    for each in told.readings:
        mark = " (bac à sable)" if each["is_sandbox"] else ""
        words = f"lu le {formatting.long_date(each['read_on'])}{mark}"
        sheet.pair(SOURCES.get(each["source"]) or each["source"], words)
    if told.row.get("sources_en_desaccord"):
        sheet.write_line(
            "Des sources donnent pour un même exercice des chiffres différents : "
            "la fiche en ligne dit lesquels et la règle qui a choisi.",
            size=8.5,
            colour=INK_SOFT,
        )


def _pairs(sheet: Sheet, pairs: Iterable[tuple[str, str | None]]) -> None:
    """Those that are known."""
    for name, value in pairs:
        if value:
            sheet.pair(name, value)


def _both(first: str | None, second: str | None) -> str | None:
    return ", ".join(filter(None, (first, second))) or None


def _day(day: date | None) -> str | None:
    return None if day is None else formatting.long_date(day)


def _euros(amount: int | None) -> str | None:
    return None if amount is None else formatting.euros(amount)


def _percent(hundred: Any) -> str | None:
    return None if hundred is None else f"{_plain(hundred)}\u00a0%"


def _plain(value: Any) -> str | None:
    return None if value is None else formatting.number(value, decimals=2)
