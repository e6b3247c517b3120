"""Single edits in the trail: the one module that knows django-auditlog.

The library notices when a watched model is saved or deleted and works out what changed,
field by field. Where that is written is ours: each edit is an entry of the trail, which
nobody rewrites, with our reading of the client's address. The library's own table is
not made and its middleware not used: it believes any X-Forwarded-For.

Writes of several rows at once (``update``, ``bulk_create``, SQL) are not noticed: the
services that make them write one entry for all.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from hashlib import sha256
from typing import Any

from auditlog.context import disable_auditlog
from auditlog.registry import auditlog
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.choices import Action
from accounts.models import AuditEntry, User

MASK = "•••"
LONGEST = 300
_request: ContextVar[HttpRequest | None] = ContextVar("edits_request", default=None)
# By model: the kind in ``kind:id``, and the field that is the id.
_NAMES: dict[type[Model], tuple[str, str]] = {}


def watch(
    model: type[Model],
    *fields: str,
    masked: tuple[str, ...] = (),
    many: tuple[str, ...] = (),
    kind: str = "",
    key: str = "pk",
) -> None:
    """From now on, edits of these fields are told with what was before and after.

    Without fields: of all but the key.
    Of ``masked`` fields it is told that they changed, never their value. ``many`` are
    relations to several rows.
    """
    _NAMES[model] = (kind or str(model._meta.model_name), key)
    every = [f.name for f in model._meta.concrete_fields if not f.primary_key]
    auditlog.register(
        model,
        include_fields=[*(fields or every), *masked, *many],
        mask_fields=list(masked),
        mask_callable=f"{__name__}.mask",
        m2m_fields=set(many),
    )


def watched() -> dict[type[Model], set[str]]:
    return {
        model: set(auditlog.get_model_fields(model)["include_fields"])
        for model in auditlog.get_models()
    }


def mask(value: str) -> str:
    # The library's own mask leaves the second half to be read.
    return value if value == "None" else MASK


@contextmanager
def asked_by(request: HttpRequest) -> Iterator[None]:
    """What is edited meanwhile is done by the user of this request."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def unnoticed() -> AbstractContextManager[None]:
    """For rows that come with the program itself: nobody edits them."""
    return disable_auditlog()  # type: ignore[no-any-return]


class EditManager(models.Manager["Edit"]):
    """What the library calls of the model that ``AUDITLOG_LOGENTRY_MODEL`` names."""

    def log_create(
        self,
        instance: Model,
        force_log: bool = False,
        *,
        action: int,
        changes: dict[str, Any] | None = None,
    ) -> AuditEntry | None:
        return _record(instance, _WORDS[action], changes) if changes else None

    def log_m2m_changes(
        self,
        changed_queryset: QuerySet[Any],
        instance: Model,
        operation: str,
        field_name: str,
    ) -> AuditEntry | None:
        keys = sorted(str(row.pk) for row in changed_queryset)
        if not keys:
            return None
        added, removed = (keys, []) if operation == "add" else ([], keys)
        changes = {field_name: (", ".join(removed), ", ".join(added))}
        return _record(instance, Action.OBJECT_EDITED, changes)


class Edit(AuditEntry):
    """The trail, as django-auditlog writes to it."""

    class Action(models.IntegerChoices):
        CREATE = 0
        UPDATE = 1
        DELETE = 2

    objects = EditManager()  # type: ignore[misc]

    class Meta:
        proxy = True


_WORDS: dict[int, Action] = {
    Edit.Action.CREATE: Action.OBJECT_MADE,
    Edit.Action.UPDATE: Action.OBJECT_EDITED,
    Edit.Action.DELETE: Action.OBJECT_DELETED,
}


def _record(instance: Model, action: Action, changes: dict[str, Any]) -> AuditEntry:
    request = _request.get()
    user = getattr(request, "user", None)
    kind, key = _NAMES[type(instance)]
    return audit.record(
        actor=user if isinstance(user, User) else None,
        action=action,
        resource=f"{kind}:{getattr(instance, key)}",
        details={
            "model": instance._meta.label_lower,
            "changes": {
                field: [_short(old), _short(new)]
                for field, (old, new) in sorted(changes.items())
            },
        },
        request=request,
    )


def _short(value: Any) -> str | None:
    """What is long is told apart by its digest; the library writes None in letters."""
    text = str(value).replace("\x00", "")
    if len(text) > LONGEST:
        return f"{text[:LONGEST]}… ({sha256(text.encode()).hexdigest()[:12]})"
    return None if text == "None" else text
