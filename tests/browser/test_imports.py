"""A messy file, from the upload to its report, and taken back."""

import csv
import io
import re
from pathlib import Path

import pytest

from tests.browser.steps import sign_in

pytestmark = pytest.mark.browser

TRY_FIRST = Path(__file__).resolve().parents[2] / "demo" / "try_first.csv"
WORK_S = 60_000


def messy_file():
    """`;`, Windows-1252, a lost zero, a wrong key, a formula, an unknown status."""
    with TRY_FIRST.open(encoding="utf-8", newline="") as lines:
        sirens = [row["siren"] for row in csv.DictReader(lines)][:6]
    rows = [
        [sirens[0].lstrip("0"), "Première", "en cours", "12"],
        [sirens[1], "Deuxième", "à contacter", "Entre 10 et 19 salariés"],
        [sirens[2], "Troisième", "chaud", ""],
        ["123456789", "Clé fausse", "", ""],
        ['=HYPERLINK("http://a")', "Formule", "", ""],
        [sirens[1], "Doublon", "", ""],
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerows([["N° SIREN", "Dénomination", "Statut", "Effectif"], *rows])
    return text.getvalue().encode("cp1252")


def test_a_messy_file_is_imported_and_taken_back(page, product):
    sign_in(page, product, email="ops@demo.example")
    page.get_by_role("link", name="Imports").click()
    page.get_by_role("link", name="Importer un fichier").first.click()
    main = page.get_by_role("main")
    page.set_input_files(
        "input[type=file]",
        {"name": "cibles.csv", "mimeType": "text/csv", "buffer": messy_file()},
    )
    page.get_by_role("button", name="Lire le fichier").click()

    page.wait_for_url("**/lecture/")
    for said in ("Windows-1252", "point-virgule", "Deuxième"):
        assert said in main.inner_text()
    page.get_by_role("button", name="Continuer").click()

    # Columns are chosen with the keyboard alone.
    page.wait_for_url("**/colonnes/")
    rule = page.locator("[name=regle_3]")
    rule.focus()
    page.keyboard.press("ArrowDown")
    assert rule.input_value() == "overwrite"
    page.get_by_role("button", name="Essayer à blanc").click()

    go = page.get_by_role("button", name=re.compile("Importer"))
    go.wait_for(timeout=WORK_S)
    assert page.locator("mark", has_text="chaud").is_visible()
    go.click()

    page.wait_for_url("**/rapport/", timeout=WORK_S)
    figures = [int(text) for text in page.locator(".figs b").all_inner_texts()]
    assert figures[0] == sum(figures[1:]) == 6
    assert figures[-1] == 4
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("refusées")).first.click()
    raw = Path(download.value.path()).read_text(encoding="utf-8-sig")
    refused = list(csv.DictReader(io.StringIO(raw), delimiter=";"))
    assert [row["ligne"] for row in refused] == ["4", "5", "6", "7"]
    assert refused[2]["N° SIREN"].startswith("'=")

    page.get_by_role("link", name="Annuler cet import…").click()
    page.get_by_role("button", name="Annuler cet import").click()
    page.get_by_role("heading", name="Import annulé").wait_for(timeout=WORK_S)
