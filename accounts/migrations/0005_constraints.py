"""What no program may write of people and their desks, whichever way it writes."""

from django.db import migrations

from mainsite.lib.constraints import checks, one_of

RULES = {
    "accounts_desk": {"has_a_name": "name <> ''"},
    "accounts_user": {
        "role_is_known": one_of(
            "role", ("analyst", "manager", "ops", "read_only", "api_client")
        ),
    },
    "accounts_auditentry": {"says_what_was_done": "action <> ''"},
}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_audit_by_month")]
    operations = checks(RULES)
