"""An import writes many rows in a job: the trail has one entry for all of them."""

import pytest

from accounts.models import AuditEntry
from companies.imports.tests.makers import ran, undone
from companies.tests.makers import make_company, next_siren

pytestmark = pytest.mark.django_db


def told(imp, action):
    return AuditEntry.objects.get(action=action, resource=f"import:{imp.public_id}")


class TestAnImport:
    def test_is_told_at_its_end_in_the_name_of_whoever_asked(self, analyst):
        make_company(siren=(siren := next_siren()))
        imp = ran(analyst, f"siren;nom\n{siren};A\n{next_siren()};B\n12;C\n")

        entry = told(imp, "import_ended")
        assert entry.actor == analyst
        assert entry.details["sha256"] == imp.sha256
        counts = ("read", "new", "refused")
        assert [entry.details[name] for name in counts] == [3, 1, 1]

    def test_taken_back_is_told_by_whoever_took_it_back(self, analyst):
        imp = ran(analyst, f"siren;nom\n{next_siren()};B\n")
        imp = undone(imp, analyst)

        entry = told(imp, "import_taken_back")
        assert entry.actor == analyst
        assert any(isinstance(count, int) for count in entry.details.values())

    def test_tells_nothing_of_what_its_cells_hold(self, analyst):
        imp = ran(analyst, f"siren;nom\n{next_siren()};CANARI\n")

        assert "CANARI" not in str(told(imp, "import_ended").details)
