"""What of this app people edit one at a time: destinations, schedules."""

from accounts.edits import watch
from exports.models import Destination, ExportSchedule

watch(
    Destination,
    "name",
    "kind",
    "secret_name",
    "place",
    "table",
    "mode",
    "takes_contacts",
    "is_active",
    many=("desks",),
    kind="export_destination",
)
watch(
    ExportSchedule,
    "name",
    "query",
    "profile",
    "format",
    "columns",
    "with_contacts",
    "destination",
    "weekday",
    "hour",
    "is_active",
    "reason",
    kind="export_schedule",
    key="public_id",
)
