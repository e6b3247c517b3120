import pytest
from django.template import Context, Engine, TemplateSyntaxError
from django.utils.safestring import mark_safe
from django.utils.translation import override

from mainsite.lib.templatetags import once

ENGINE = Engine(
    builtins=["mainsite.lib.templatetags.once", "django.templatetags.i18n"],
    libraries={},
)


def render(template, *, language="fr", **context):
    with override(language):
        return template.render(Context(context))


class Counted:
    """Says how often it was written."""

    def __init__(self):
        self.times = 0

    def __str__(self):
        self.times += 1
        return f"écrit {self.times} fois"


def test_is_written_once_for_the_same_values():
    template = ENGINE.from_string("{% once word=word %}{{ word }}{% endonce %}")
    word = Counted()
    assert {render(template, word=word) for _ in range(3)} == {"écrit 1 fois"}
    assert render(template, word=Counted()) == "écrit 1 fois"
    assert render(template, word="autre") == "autre"


def test_is_written_again_in_another_language():
    template = ENGINE.from_string("{% once %}{% translate 'Fermer' %}{% endonce %}")
    told = [render(template, language=each) for each in ("fr", "en", "fr")]
    assert told == ["Fermer", "Close", "Fermer"]


def test_knows_nothing_but_its_values():
    """What is somebody's own cannot stay for the next one."""
    template = ENGINE.from_string(
        "{% once role=role %}{{ role }}{{ name }}{% endonce %}"
    )
    assert render(template, role="analyste", me="Ada") == "analyste"


def test_tells_a_word_from_the_markup_that_reads_the_same():
    template = ENGINE.from_string("{% once word=word %}{{ word }}{% endonce %}")
    assert render(template, word=mark_safe("<b>")) == "<b>"
    assert render(template, word="<b>") == "&lt;b&gt;"


def test_remembers_no_more_than_so_many(monkeypatch):
    monkeypatch.setattr(once, "_MOST", 3)
    template = ENGINE.from_string("{% once n=n %}{{ n }}{% endonce %}")
    assert [render(template, n=n) for n in range(10)] == list("0123456789")
    (node,) = template.nodelist
    assert len(node._written) <= 3


def test_takes_nothing_without_a_name():
    with pytest.raises(TemplateSyntaxError):
        ENGINE.from_string("{% once word %}{% endonce %}")
