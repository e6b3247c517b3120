"""What of this app people edit one at a time; bulk writes have their own entries."""

from accounts.edits import watch
from companies.models import Pursuit, SavedSearch, TargetList

# Its status has an entry of its own.
watch(Pursuit, "owner", "wake_on", kind="company", key="siren")
watch(SavedSearch, "name", "query", "is_shared", kind="search", key="public_id")
watch(TargetList, "name", "is_followed", "deleted_at", kind="list", key="public_id")
