"""Our own files, of the demonstration."""

from companies.registry import cells
from companies.registry.layouts import Company, Layout, cell
from companies.registry.stock_layouts import BAND, NAF, PLACE

OURS = Layout(
    key="societes",
    label="Sociétés de démonstration",
    company=Company.FILL,
    siren="siren",
    cells=(
        cell("name", "name", cells.text),
        cell("trade_name", "trade_name", cells.text),
        cell("acronym", "acronym", cells.text),
        cell("legal_form", "legal_form", cells.legal_form),
        cell(NAF, "naf_code", cells.naf),
        cell("naf25_code", "naf25_code", cells.naf25),
        cell("created_on", "created_on", cells.day),
        cell("is_active", "is_active", cells.yes_no),
        cell(BAND, "headcount_band", cells.band),
        cell("headcount_year", "headcount_year", cells.year),
        cell("category", "category", cells.category),
        cell("siret", "siret", cells.siret),
        cell("is_head", "siret", cells.is_given),
        cell("address", "address", cells.text),
        cell(PLACE, "postal_code commune_code", cells.place_of_code),
        cell("latitude", "latitude", cells.latitude),
        cell("longitude", "longitude", cells.longitude),
        cell("source_file", "source_file", cells.text),
    ),
)

OUR_ESTABLISHMENTS = Layout(
    key="etablissements",
    label="Établissements de démonstration",
    company=Company.NONE,
    establishments=True,
    siret="siret",
    cells=(
        cell("is_head", "is_head", cells.yes_no),
        cell("is_open", "is_open", cells.yes_no),
        cell(NAF, "naf_code", cells.naf),
        cell(PLACE, "postal_code commune_code", cells.place_of_code),
    ),
)
