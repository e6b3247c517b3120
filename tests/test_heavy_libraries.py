"""What a process holds that does nothing: what few need comes when asked for."""

import os
import subprocess
import sys
from importlib import import_module

from django.conf import settings

_SAYS = """
import sys, django
django.setup()
print(*sorted({"fpdf", "fontTools", "xlsxwriter", "pyarrow.parquet", "pandas",
               "sklearn", "shap", "mlflow", "scipy"} & set(sys.modules)))
"""


def test_no_process_starts_with_those_of_one_door():
    said = subprocess.run(
        [sys.executable, "-c", _SAYS],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "mainsite.settings_test"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    assert said.stdout.split() == []


def test_what_workers_load_beforehand_is_there():
    assert settings.RQ_PRELOADED.keys() <= settings.RQ_QUEUES.keys()
    for modules in settings.RQ_PRELOADED.values():
        for module in modules:
            assert callable(import_module(module).write)
