"""What the margin of a page explains: rules applied, what an undo would do."""

from django.utils.translation import gettext as _

from companies.imports import wording
from companies.imports.codes import Repair
from companies.imports.kinds import is_undoable, keeps_file
from companies.imports.kinds.words import NOT_UNDOABLE
from companies.imports.models import Import, ImportKind, ImportState
from companies.imports.page import facts, figures

SEVERAL = Repair.SEVERAL_PEOPLE.value


def of_work(imp: Import) -> list[str]:
    if imp.state == ImportState.CHECKING:
        return [
            _("L’essai lit tout le fichier et n’écrit rien."),
            _("Vous pouvez fermer cette page\u00a0: l’essai continue."),
        ]
    if imp.state == ImportState.UNDOING:
        return [
            _("Ce qu’un collègue a changé depuis reste comme il l’a laissé."),
            _("Vous pouvez fermer cette page\u00a0: l’annulation continue."),
        ]
    return [
        _("Un lot de lignes est écrit d’un coup, ou pas du tout."),
        _(
            "Si le service s’arrête, l’import reprend au lot suivant\u00a0: rien n’est "
            "écrit deux fois."
        ),
        _("Vous pouvez fermer cette page\u00a0: l’import continue."),
    ]


def of_trial(imp: Import) -> list[str]:
    told = [*facts.warnings(imp), *_aliases(imp), *_people(imp)]
    if figures.counts_of(imp).get("new") and imp.kind == ImportKind.COMPANIES:
        told.append(
            _(
                "Une société nouvelle est absente du registre\u00a0: elle y entre avec "
                "votre fichier pour source."
            )
        )
    told.append(
        _(
            "Si quelqu’un change une société d’ici à l’import, c’est l’état du "
            "moment qui compte."
        )
    )
    return told


def of_report(imp: Import) -> list[str]:
    told = [*facts.warnings(imp), *_aliases(imp), *_people(imp)]
    if imp.state == ImportState.UNDONE:
        return told
    if keeps_file(imp.kind):
        told.append(
            _(
                "Réimporter le même fichier ne crée rien\u00a0: il sera reconnu à son "
                "empreinte."
            )
        )
    else:
        told.append(
            _(
                "Le fichier et ses lignes ne sont pas gardés\u00a0: seules restent des "
                "empreintes, qui ne se relisent pas."
            )
        )
    told += _undo(imp)
    return told


def _aliases(imp: Import) -> list[str]:
    found = figures.aliases(imp)
    if not found:
        return []
    return [
        _("Les alias de statut ont été appliqués\u00a0: %(found)s.") % {"found": found}
    ]


def _people(imp: Import) -> list[str]:
    counts = figures.counts_of(imp)
    lines = [str(line) for line in counts.get("noted", {}).get(SEVERAL, ())]
    if not lines:
        return []
    if counts["repairs"][SEVERAL] > len(lines):
        lines.append("…")
    if imp.kind == ImportKind.COMPANIES:
        leaders = _(
            "Plusieurs dirigeants dans une cellule, lus un par un\u00a0: lignes "
            "%(lines)s. Le premier est le dirigeant principal."
        )
        return [leaders % {"lines": ", ".join(lines)}]
    sentence = _(
        "Plusieurs personnes dans une cellule, lues une par une\u00a0: lignes "
        "%(lines)s. Ce qu’elles partagent va à la première."
    )
    return [sentence % {"lines": ", ".join(lines)}]


def _undo(imp: Import) -> list[str]:
    if not is_undoable(imp.kind):
        return [str(NOT_UNDOABLE)]
    tally = figures.tally(imp)
    if tally is None or not imp.can_be_undone or not tally.to_write:
        return []
    if imp.kind == ImportKind.CONTACTS:
        sentence = _(
            "Annuler retire les coordonnées que ce fichier est seul à avoir apportées."
        )
    elif imp.kind == ImportKind.OUTCOMES:
        sentence = _(
            "Annuler rend au suivi son étape d’avant, sauf là où un collègue l’a "
            "changée depuis."
        )
    elif not tally.updated:
        sentence = _(
            "Annuler retire les sociétés nouvelles (%(new)s), sauf celles qu’un "
            "collègue a touchées depuis."
        )
    elif not tally.new:
        sentence = _(
            "Annuler rend aux sociétés modifiées (%(updated)s) leurs valeurs d’avant, "
            "sauf celles qu’un collègue a touchées depuis."
        )
    else:
        sentence = _(
            "Annuler rend aux sociétés modifiées (%(updated)s) leurs valeurs d’avant "
            "et retire les nouvelles (%(new)s), sauf celles qu’un collègue a touchées "
            "depuis."
        )
    return [sentence % _figures(tally)]


def _figures(tally: figures.Tally) -> dict[str, str]:
    return {"updated": wording.number(tally.updated), "new": wording.number(tally.new)}


def what_is_kept(imp: Import) -> str:
    """After a stop or a failure: what is written stays, and can be undone."""
    tally = figures.tally(imp)
    if tally is None or not tally.to_write:
        return _("Rien n’a été écrit.")
    return _(
        "%(done)s lignes sur %(total)s ont été traitées\u00a0: elles sont gardées, le "
        "reste n’a pas été touché. Importer de nouveau ce fichier finit le travail."
    ) % {"done": wording.number(tally.read), "total": wording.number(imp.rows_total)}


def what_was_undone(imp: Import) -> str:
    """« 1 426 valeurs ou lignes rendues, 3 laissées »."""
    if imp.state != ImportState.UNDONE:
        return ""
    told = imp.counts.get("undo", {})
    kept = sum(count for what, count in told.items() if what.startswith("kept"))
    sentence = _(
        "%(back)s valeurs ou lignes rendues, %(kept)s laissées parce que quelqu’un y "
        "était passé depuis. Les chiffres ci-dessous restent ceux de l’import."
    )
    back = sum(told.values()) - kept
    return sentence % {"back": wording.number(back), "kept": wording.number(kept)}


def gives_back(imp: Import) -> list[str]:
    tally = figures.tally(imp)
    if tally is None:
        return []
    told = []
    if tally.updated:
        told.append(
            _("Les valeurs d’avant, dans %(updated)s lignes modifiées.")
            % _figures(tally)
        )
    if tally.new:
        told.append(_("Ce que %(new)s lignes ont créé est retiré.") % _figures(tally))
    return told


def leaves(imp: Import) -> list[str]:
    told = [
        _("Un champ que quelqu’un a changé depuis garde sa valeur d’aujourd’hui."),
    ]
    if imp.kind == ImportKind.COMPANIES:
        told.append(
            _("Une société créée puis enrichie, suivie ou rangée dans un vivier reste.")
        )
    told.append(_("L’historique et la trace d’audit de cet import restent."))
    return told
