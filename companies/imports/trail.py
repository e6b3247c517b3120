"""What the trail tells of the work itself, done by a job in somebody's name."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from companies.imports.models import Import


class Action(AuditWord):
    IMPORT_ENDED = "import_ended", _("import fini")
    IMPORT_TAKEN_BACK = "import_taken_back", _("import annulé")


def ended(imp: Import, state: str) -> None:
    _record(imp, Action.IMPORT_ENDED, imp.created_by, imp.counts, state=state)


def taken_back(imp: Import) -> None:
    _record(imp, Action.IMPORT_TAKEN_BACK, imp.undone_by, imp.counts.get("undo", {}))


def _record(
    imp: Import, action: Action, by: User | None, counts: Mapping[str, Any], **more: Any
) -> None:
    """One entry for all of its rows: how many of each, of which file."""
    audit.record(
        actor=by,
        action=action,
        resource=f"import:{imp.public_id}",
        details={
            **more,
            "kind": imp.kind,
            "sha256": imp.sha256,
            **{name: count for name, count in counts.items() if isinstance(count, int)},
        },
    )
