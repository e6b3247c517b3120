"""What no program may write of an export, whichever way it writes."""

from django.db import migrations

from mainsite.lib.constraints import checks, one_of

RULES = {
    "exports_export": {
        "state_is_known": one_of("state", ("queued", "running", "done", "failed")),
        "size_is_positive": "size_bytes >= 0",
        "ends_after_it_starts": "ended_at >= started_at",
        "digest_is_whole": "length(sha256) IN (0, 64)",
    },
}


class Migration(migrations.Migration):
    dependencies = [("exports", "0001_exports")]
    operations = checks(RULES)
