import subprocess
import sys

import pytest

from mainsite.lib.tests.killing import PROJECT

CODE = """
import sys
import pyarrow as pa
from mainsite.lib import arrow
{before}
pa.array(["a"], pa.string())
print("pandas" in sys.modules)
"""


@pytest.mark.parametrize(
    ("before", "is_loaded"), [("", True), ("arrow.leave_pandas()", False)]
)
def test_an_array_loads_pandas_unless_it_was_left(before, is_loaded):
    pytest.importorskip("pandas")
    code = CODE.format(before=before)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == str(is_loaded)
