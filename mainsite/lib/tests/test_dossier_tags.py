from datetime import date

import pytest
from django.template import Context, Engine
from django.test import RequestFactory
from django.utils.translation import override

ENGINE = Engine(
    builtins=[
        "mainsite.lib.templatetags.dossier",
        "mainsite.lib.templatetags.charts",
    ]
)


def render(source, *, language="fr", **context):
    with override(language):
        return ENGINE.from_string(source).render(Context(context))


@pytest.mark.parametrize(
    "expression",
    ["euros", "meuros", "percent", "years", "number", "fr_date", "fr_datetime"],
)
def test_nothing_is_unknown_and_never_zero(expression):
    assert 'class="mute"' in render(f"{{{{ value|{expression} }}}}", value=None)


def test_zero_is_a_figure():
    assert render("{{ value|euros }}", value=0) == "0\u00a0€"


def test_figures_follow_the_language():
    assert render("{{ v|euros }}", v=1234567, language="en") == "€1,234,567"
    assert render('{{ v|percent:"+0" }}', v=0.256) == "+26\u00a0%"
    assert render("{{ d|fr_date }}", d=date(2026, 11, 22)) == "22\u00a0novembre 2026"


def test_absence_has_words():
    assert "confidentiel" in render('{% absence "confidential" %}')
    assert render('{% absence "na" %}') == '<span class="qq">—</span>'
    assert render('{{ town|or_absent:"unknown" }}', town="Lyon") == "Lyon"


def test_a_value_from_outside_is_escaped():
    assert "&lt;" in render("{{ v|or_absent }}", v="<b>")
    assert "&lt;" in render("{% capped 40 flag %}", flag="<b>")
    assert "&lt;" in render("{{ v|siren }}", v="<b>")


def test_a_loss_is_in_signal_with_its_minus():
    cell = render('{% figure v "euros" %}', v=-184600)
    assert cell == '<span class="sig">−184\u00a0600\u00a0€</span>'
    signed = render('{% figure v "percent" missing="na" signed=True %}', v=0.044)
    assert signed == "+4,4\u00a0%"


def test_a_reading_is_a_number_and_its_bar():
    cell = render('{% reading_bar v "cedabilite" %}', v=80.5)
    assert cell.startswith("<b>81</b><svg")
    assert "f-sig" in cell
    assert "non évaluable" in render('{% reading_bar v "attractivite" %}', v=None)


def test_a_status_is_a_mark_and_a_word():
    cell = render('{% status "negociation" %}')
    assert "Négociation" in cell
    assert "<svg" in cell


def test_french_plural():
    source = '{{ n|plural_fr:"société,sociétés" }}'
    assert [render(source, n=n) for n in (0, 2)] == ["société", "sociétés"]


def test_the_query_string_keeps_what_is_not_changed():
    request = RequestFactory().get("/", {"q": "thermi", "naf": ["25", "26"]})
    kept = render('{% query sort="-ca" q=None %}', request=request)
    assert kept == "?naf=25&amp;naf=26&amp;sort=-ca"
    less = render('{% query_without "naf" "25" %}', request=request)
    assert less == "?q=thermi&amp;naf=26"


def test_the_cost_line_words_its_amounts():
    svg = render("{% cost_bar 40.85 96.3 120 %}")
    assert "engagé 40,85\u00a0€" in svg
