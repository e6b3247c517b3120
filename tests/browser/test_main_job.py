"""From a pasted SIREN list to a ranked export, in a browser, on a clean database."""

import csv
import io
import re
import time
from pathlib import Path

import pytest

from tests.browser.steps import sign_in

pytestmark = pytest.mark.browser

TRY_FIRST = Path(__file__).resolve().parents[2] / "demo" / "try_first.csv"
BATCH_S = 120_000


def sirens_to_try():
    with TRY_FIRST.open(encoding="utf-8", newline="") as lines:
        return [row["siren"] for row in csv.DictReader(lines)][:12]


def test_the_open_page_gets_its_new_score(page, product):
    """Enriched in another tab: nobody reloads the first one."""
    sign_in(page, product, email="autre.desk@demo.example")
    siren = sirens_to_try()[-1].zfill(9)
    page.goto(f"{product.address}/societes/{siren}/")
    page.locator("#score-panel [data-app-watch]").wait_for(state="attached")
    before = page.locator("#score-panel").inner_text()

    other = page.context.new_page()
    other.goto(f"{product.address}/societes/{siren}/")
    other.get_by_role("button", name="Enrichir…").click()
    other.get_by_role("button", name="Lancer l’enrichissement").click()
    other.get_by_text("Lot terminé").first.wait_for(timeout=BATCH_S)

    page.get_by_text("Recalculées depuis l’ouverture").wait_for()
    assert page.locator("#score-panel").inner_text() != before


def test_an_analyst_goes_from_a_list_to_a_ranked_export(page, product):
    chosen = sirens_to_try()
    sign_in(page, product)
    assert "Bac à sable" in page.locator(".sandbox").inner_text()

    # 1. A list is pasted; what was understood and refused is told line by line.
    page.goto(f"{product.address}/enrichissements/nouveau/")
    # A spreadsheet took the zero of those that begin with one.
    assert any(siren.startswith("0") for siren in chosen)
    pasted = [*(s.lstrip("0") for s in chosen), chosen[0], "123456789", "texte"]
    page.get_by_label("Liste de SIREN").fill("\n".join(pasted))
    page.get_by_role("main").get_by_role("button", name="Lire la liste").click()
    page.wait_for_url(re.compile(r"/enrichissements/[0-9a-f-]{36}/"))
    report = page.get_by_role("main").inner_text()
    for said in ("clé de Luhn fausse", "doublon de la ligne 1", "zéro"):
        assert said in report

    # 2. The cost is seen, the batch started, followed to its end.
    page.get_by_role("button", name="Lancer l’enrichissement").click()
    page.get_by_text("Lot terminé").first.wait_for(timeout=BATCH_S)

    # 3-4. Scored by an event's consequence, found in the list, filtered and sorted.
    deadline = time.monotonic() + 60
    while True:
        page.goto(f"{product.address}/?ca_min=1&ca_max=50&dirigeant_min=18&tri=-ca")
        rows = page.locator("[data-app-row]")
        if rows.count() and page.locator("[data-app-row] .c-a b").count():
            break
        assert time.monotonic() < deadline, "no company was scored"
        time.sleep(1)
    with page.expect_response(lambda answer: "tri=-attractivite" in answer.url):
        page.get_by_role("link", name="Attractivité").click()
    page.wait_for_url("**tri=-attractivite**")
    scores = [int(text) for text in page.locator(".c-a b").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    assert scores

    # 5. A company: identity, accounts, officers, three readings, sources.
    page.locator("[data-app-row] .nm a").first.click()
    page.wait_for_url("**/societes/**")
    page.get_by_text("Performance financière").first.wait_for()
    sheet = page.get_by_role("main")
    for heading in ("Comptes", "Dirigeants", "Chronologie", "Sources"):
        assert sheet.get_by_role("heading", name=re.compile(heading)).first.is_visible()
    page.locator("#sources-panel table").wait_for()
    assert "Pappers" in page.locator("#sources-panel").inner_text()
    page.get_by_label("Ajouter une note").fill("À rappeler après la clôture.")
    page.get_by_role("button", name=re.compile("Ajouter la note")).click()
    page.get_by_text("À rappeler après la clôture.").first.wait_for()
    page.get_by_role("link", name="Retour à la liste").click()

    # 6. The selection leaves as a CSV that a spreadsheet reads right.
    page.wait_for_url("**tri=-attractivite**")
    for number in range(3):
        page.locator("[data-app-pick]").nth(number).check()
    page.get_by_role("button", name="Exporter…").click()
    page.wait_for_url("**/exports/nouveau/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter", exact=True).click()
    raw = Path(download.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert "bac-a-sable" in download.value.suggested_filename
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 3
    assert all(re.fullmatch(r"\d{9}", row["siren"]) for row in rows)
