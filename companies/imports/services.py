"""An import's life: received, read as the person says, tried, run, taken back."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from companies.imports import fields, files, guessing, kinds, sheet, wording
from companies.imports.events import ImportAsked
from companies.imports.matching.models import ImportMatch
from companies.imports.models import (
    UNDONE_WITHIN,
    WROTE,
    Import,
    ImportKind,
    ImportRefusal,
    ImportState,
)
from companies.imports.reading import detecting
from mainsite.lib.events import publish
from mainsite.lib.sheets.decoding import SheetError

S = ImportState
# A draft nobody came back to is taken away like any other file.
MOST_NAME = 255
# Amounts are of an exercise.
FIRST_YEAR = 1900
_PREPARING = (S.DRAFT, S.CHECKED)


class Action(AuditWord):
    """What the audit trail tells of imports."""

    IMPORT_RECEIVED = "import_received", gettext_lazy("fichier déposé")
    IMPORT_READ = "import_read", gettext_lazy("lecture d’un import choisie")
    IMPORT_MAPPED = "import_mapped", gettext_lazy("colonnes d’un import choisies")
    IMPORT_TRIED = "import_tried", gettext_lazy("essai d’import demandé")
    IMPORT_ASKED = "import_asked", gettext_lazy("import demandé")
    IMPORT_STOPPED = "import_stopped", gettext_lazy("arrêt d’un import demandé")
    IMPORT_UNDONE = "import_undone", gettext_lazy("annulation d’un import demandée")
    IMPORT_FORGOTTEN = "import_forgotten", gettext_lazy("import oublié")


class ImportRefused(ValueError):
    """What was asked cannot be; ``str()`` is the sentence to show."""


class PersonHasNoDesk(ValueError):
    """An import belongs to a desk: someone without one cannot have any."""


def receive(
    *,
    file: "UploadedFile[bytes]",
    kind: str,
    by: User,
    request: HttpRequest | None = None,
) -> Import:
    """Keep a file and look at it; raises ImportRefused, and then keeps nothing."""
    if by.desk_id is None:
        raise PersonHasNoDesk
    if kind in kinds.KINDS and not kinds.KINDS[kind].may(by):
        raise ImportRefused(_("Vous n’avez pas le droit d’importer ce fichier."))
    name = _plain_name(file.name or "")
    kept = None
    try:
        kept = files.keep(file)
        detected = _detect(kept.name, file_name=name, kind=kind, reading={})
        with transaction.atomic():
            return _received(kept, name, kind, by, by.desk_id, detected, request)
    except SheetError as error:
        _remove(kept)
        raise ImportRefused(wording.file_fault(error.code, line=error.line)) from error
    except BaseException:
        _remove(kept)
        raise


def _remove(kept: files.Kept | None) -> None:
    if kept is not None:
        files.remove(kept.name)


def _plain_name(name: str) -> str:
    """What it came with, as text: neither a path nor control characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:MOST_NAME] or "import"


def _received(
    kept: files.Kept,
    name: str,
    kind: str,
    by: User,
    desk_id: int,
    detected: dict[str, Any],
    request: HttpRequest | None,
) -> Import:
    imp: Import = Import.objects.create(
        desk_id=desk_id,
        created_by=by,
        kind=ImportKind(kind),
        file_name=name,
        path=kept.name,
        size_bytes=kept.size_bytes,
        sha256=kept.sha256,
        detected=detected,
        signature=detecting.signature_of(detected["titles"]),
        expires_at=timezone.now() + UNDONE_WITHIN,
    )
    _guess(imp)
    imp.save(update_fields=["mapping", "policies", "options"])
    _audit(imp, Action.IMPORT_RECEIVED, by=by, request=request)
    return imp


def _detect(
    upload: str, *, file_name: str, kind: str, reading: Mapping[str, Any]
) -> dict[str, Any]:
    known = {h for each in fields.fields_of(kind) for h in each.headers}
    path = files.path_of(upload)
    found = detecting.detect(path, name=file_name, known=known, chosen=reading)
    return found.as_dict()


def _guess(imp: Import) -> None:
    first = sheet.first_rows(imp, count=detecting.SAMPLE_ROWS)
    guessed = guessing.mapping_of(imp, [cells for _line, cells in first.lines])
    imp.mapping = guessed["mapping"]
    imp.policies = guessed["policies"]
    imp.options = guessed["options"]


def same_file(imp: Import) -> Import | None:
    """An earlier import of the desk with the very same content, that wrote."""
    found: Import | None = (
        Import.objects.filter(
            desk_id=imp.desk_id, sha256=imp.sha256, kind=imp.kind, state__in=WROTE
        )
        .exclude(started_at=None)
        .exclude(pk=imp.pk)
        .newest_first()
        .first()
    )
    return found


@transaction.atomic
def set_reading(
    *,
    imp: Import,
    reading: dict[str, Any],
    by: User | None = None,
    request: HttpRequest | None = None,
) -> None:
    """Read the file as the person says; columns are guessed anew when they change."""
    locked = _locked(imp, *_PREPARING)
    try:
        detected = _detect(
            locked.path,
            file_name=locked.file_name,
            kind=locked.kind,
            reading=reading,
        )
    except FileNotFoundError as error:
        raise ImportRefused(wording.file_fault("gone")) from error
    except (SheetError, LookupError) as error:
        code, line = getattr(error, "code", "unknown_encoding"), _line_of(error)
        raise ImportRefused(wording.file_fault(code, line=line)) from error
    signature = detecting.signature_of(detected["titles"])
    is_same = signature == locked.signature and (
        len(detected["titles"]) == len(locked.detected.get("titles", ()))
    )
    locked.reading, locked.detected, locked.signature = reading, detected, signature
    if not is_same:
        _guess(locked)
    _back_to_draft(locked)
    _audit(locked, Action.IMPORT_READ, by=by, request=request)
    imp.refresh_from_db()


def _line_of(error: Exception) -> int:
    return error.line if isinstance(error, SheetError) else 0


@transaction.atomic
def set_mapping(
    *,
    imp: Import,
    mapping: dict[str, str],
    policies: dict[str, str],
    options: dict[str, Any],
    by: User | None = None,
    request: HttpRequest | None = None,
) -> None:
    """Say what the columns are; the desk's next file with this header is read so."""
    locked = _locked(imp, *_PREPARING)
    mapping = {place: code for place, code in mapping.items() if code}
    _check_mapping(locked, mapping, options)
    locked.mapping = mapping
    locked.policies = {
        code: str(fields.Policy(policy))
        for code, policy in policies.items()
        if code in fields.BY_CODE and fields.has_rule(code, locked.kind)
    }
    locked.options = options
    _back_to_draft(locked)
    guessing.remember(locked)
    _audit(locked, Action.IMPORT_MAPPED, by=by, request=request)
    imp.refresh_from_db()


def _check_mapping(
    imp: Import, mapping: dict[str, str], options: Mapping[str, Any]
) -> None:
    width = len(imp.detected.get("titles", ()))
    codes = list(mapping.values())
    may = {each.code for each in fields.fields_of(imp.kind)}
    for place, code in mapping.items():
        if not place.isdigit() or int(place) >= width or code not in may:
            raise ImportRefused(_("Cette colonne n’existe pas dans le fichier."))
    for code in codes:
        if codes.count(code) > 1:
            sentence = _("Deux colonnes sont lues comme «\u00a0%(field)s\u00a0».")
            raise ImportRefused(sentence % {"field": fields.BY_CODE[code].label})
    if imp.kind in kinds.KINDS:
        if lacks := kinds.KINDS[imp.kind].lacks(codes, options):
            raise ImportRefused(lacks)
        return
    _check_companies(codes, options)


def _check_companies(codes: list[str], options: Mapping[str, Any]) -> None:
    if not set(codes) & {*fields.KEYS, "name"}:
        raise ImportRefused(
            _(
                "Aucune colonne ne dit de quelle société il s’agit\u00a0: indiquez "
                "celle du SIREN, du SIRET ou du nom."
            )
        )
    year = str(options.get("year") or "")
    if year and not (year.isdigit() and _is_a_year(int(year))):
        raise ImportRefused(_("L’exercice s’écrit en quatre chiffres, comme 2024."))
    has_amounts = {"revenue", "net_income"} & set(codes)
    if has_amounts and not year and "year" not in codes:
        raise ImportRefused(
            _(
                "Chiffre d’affaires et résultat sont ceux d’un exercice\u00a0: "
                "indiquez lequel, ou la colonne qui le dit."
            )
        )


def _is_a_year(year: int) -> bool:
    return FIRST_YEAR <= year <= timezone.localdate().year + 1


# What is asked of the workers


@transaction.atomic
def ask_trial(*, imp: Import, by: User, request: HttpRequest | None = None) -> None:
    """A dry run: read and compare every row, write nothing of companies."""
    locked = _locked(imp, *_PREPARING, S.FAILED, S.STOPPED)
    if locked.started_at is not None:
        raise ImportRefused(_("Cet import a déjà écrit\u00a0: déposez le fichier."))
    _check_file(locked)
    _check_mapping(locked, locked.mapping, locked.options)
    ImportRefusal.objects.filter(of=locked, is_trial=True).delete()
    _begin(locked, S.CHECKING)
    locked.trial = {"first_attempt": locked.attempt}
    locked.save(update_fields=["trial"])
    _audit(locked, Action.IMPORT_TRIED, by=by, request=request)
    imp.refresh_from_db()


@transaction.atomic
def ask_run(*, imp: Import, by: User, request: HttpRequest | None = None) -> None:
    """Write what the dry run told; a stopped or failed run goes on where it was."""
    locked = _locked(imp, S.CHECKED, S.STOPPED, S.FAILED)
    if locked.state != S.CHECKED and locked.started_at is None:
        raise ImportRefused(_("Faites d’abord un essai à blanc."))
    _check_file(locked)
    position = locked.position if locked.started_at else 0
    _begin(locked, S.RUNNING, position=position)
    locked.counts = locked.counts | {"first_attempt": locked.attempt}
    locked.started_at = locked.started_at or timezone.now()
    locked.expires_at = timezone.now() + UNDONE_WITHIN
    locked.save(update_fields=["started_at", "expires_at", "counts"])
    _audit(locked, Action.IMPORT_ASKED, by=by, request=request)
    imp.refresh_from_db()


@transaction.atomic
def ask_undo(*, imp: Import, by: User, request: HttpRequest | None = None) -> None:
    """Take back what this import wrote and nothing has touched since."""
    locked = _locked(imp, *WROTE)
    if not kinds.is_undoable(locked.kind) or not locked.can_be_undone:
        raise ImportRefused(_("Cet import ne peut plus être annulé."))
    _begin(locked, S.UNDOING)
    locked.undone_by = by
    locked.counts = locked.counts | {
        "undo": locked.counts.get("undo", {}),
        "first_attempt": locked.attempt,
    }
    locked.save(update_fields=["undone_by", "counts"])
    _audit(locked, Action.IMPORT_UNDONE, by=by, request=request)
    imp.refresh_from_db()


@transaction.atomic
def stop(*, imp: Import, by: User, request: HttpRequest | None = None) -> None:
    """After the chunk in hand; what is stored by then stays, and can be undone."""
    locked = _locked(imp, S.CHECKING, S.RUNNING)
    Import.objects.filter(pk=locked.pk).update(wants_stop=True)
    _audit(locked, Action.IMPORT_STOPPED, by=by, request=request)
    imp.refresh_from_db()


def forget(*, imp: Import, by: User, request: HttpRequest | None = None) -> None:
    """Take away an import that wrote nothing, with its file."""
    with transaction.atomic():
        locked = _locked(imp, S.DRAFT, S.CHECKED, S.FAILED, S.STOPPED)
        if locked.started_at is not None:
            raise ImportRefused(_("Un import qui a écrit reste dans l’historique."))
        _audit(locked, Action.IMPORT_FORGOTTEN, by=by, request=request)
        path = locked.path
        locked.delete()
    files.remove(path)


def _locked(imp: Import, *states: ImportState) -> Import:
    locked: Import = Import.objects.select_for_update(of=("self",)).get(pk=imp.pk)
    if locked.state not in states:
        label = ImportState(locked.state).label
        sentence = _("Cet import est «\u00a0%(state)s\u00a0»\u00a0: rechargez la page.")
        raise ImportRefused(sentence % {"state": label})
    return locked


def _check_file(imp: Import) -> None:
    if imp.is_set_aside:
        raise ImportRefused(wording.file_fault("set_aside"))
    if not imp.path or not files.path_of(imp.path).exists():
        raise ImportRefused(wording.file_fault("gone"))


def _begin(imp: Import, state: ImportState, *, position: int = 0) -> None:
    imp.state, imp.position, imp.wants_stop = state, position, False
    imp.reason, imp.ended_at, imp.heartbeat_at = "", None, timezone.now()
    imp.save(
        update_fields=[
            *("state", "position", "wants_stop", "reason", "ended_at", "heartbeat_at")
        ]
    )
    publish(ImportAsked(import_id=imp.pk))


def _back_to_draft(imp: Import) -> None:
    """What was tried is no longer what would be run."""
    imp.state, imp.trial, imp.position = S.DRAFT, {}, 0
    ImportMatch.objects.filter(of=imp).delete()
    ImportRefusal.objects.filter(of=imp, is_trial=True).delete()
    imp.save()


def _audit(
    imp: Import, action: Action, *, by: User | None, request: HttpRequest | None
) -> None:
    audit.record(
        actor=by or imp.created_by,
        action=action,
        resource=f"import:{imp.public_id}",
        details={
            "kind": imp.kind,
            "sha256": imp.sha256,
            "size": imp.size_bytes,
            "fields": sorted(imp.mapping.values()),
        },
        request=request,
    )
