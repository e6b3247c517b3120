"""docs/audit.md says what is traced: every class of words stands in its table."""

from pathlib import Path

from accounts.choices import AuditWord, audit_words
from mainsite.urls import urlpatterns

DOC = Path(__file__).parent.parent / "docs" / "audit.md"
# The words of an app come with its views.
CLASSES = AuditWord.__subclasses__() if urlpatterns else []


def test_every_class_of_words_is_in_the_table():
    told = DOC.read_text()
    assert CLASSES
    assert not [c.__module__ for c in CLASSES if f"`{c.__module__}`" not in told]


def test_the_tests_that_the_table_names_are_there():
    root = DOC.parent.parent
    named = {
        word.split("/")[-1] for word in DOC.read_text().split("`") if ".py" in word
    }
    tests = {word for word in named if word.startswith("test_")}
    assert len(tests) > 20
    assert not [name for name in tests if not list(root.glob(f"[a-z]*/**/{name}"))]


def test_every_word_reads_in_french():
    assert all(label and label != code for code, label in audit_words().items())
