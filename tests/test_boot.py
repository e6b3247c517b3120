"""What stands between the servers' start and the first page."""

import pytest
from django.core.management import call_command
from django.utils.module_loading import import_string

from accounts.models import User
from companies.models import Company, Target
from companies.registry import demo
from mainsite.lib.schedule import PERIODIC

pytestmark = pytest.mark.django_db


@pytest.fixture
def boot(tmp_path, capsys):
    def run():
        call_command("boot", welcome_file=tmp_path / "welcome.txt")
        capsys.readouterr()
        return (tmp_path / "welcome.txt").read_text(encoding="utf-8")

    return run


def test_loads_the_demo_once_and_scores_it(boot, monkeypatch):
    # The suite's own role does not migrate; the database is at its last migration.
    monkeypatch.setattr(
        "mainsite.management.commands.boot.call_command", lambda *a, **k: None
    )
    text = boot()
    companies = Company.objects.count()
    assert companies > 20_000
    assert not Target.objects.filter(scored_at__isnull=True).exists()
    assert User.objects.filter(email="analyste@demo.example").exists()
    for each in demo.what_to_try_first():
        assert each.siren in text.replace("\u00a0", "")
    assert len(demo.what_to_try_first()) == 30
    boot()
    assert Company.objects.count() == companies


def test_every_periodic_task_can_be_called_by_its_name():
    for task in PERIODIC:
        assert callable(import_string(task.path))
