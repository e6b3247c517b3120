"""What of this app, and of its libraries, people edit one at a time."""

from flags.models import FlagState

from accounts.edits import watch
from accounts.models import Desk, User

watch(Desk, "name")
watch(
    User,
    "desk",
    "role",
    "may_read_contacts",
    "is_active",
    masked=("email", "full_name"),
)
watch(FlagState, "name", "condition", "value", "required", kind="flag", key="name")
