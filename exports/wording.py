"""What the pages of exports say that is not in a template."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exports.models import Format, Profile

PURPOSES = {
    Profile.RAPIDE: gettext_lazy(
        "Une liste pour appeler : qui, où, quelle taille, quel score."
    ),
    Profile.ANALYSE: gettext_lazy(
        "Tous les chiffres pour comparer, avec les liens et vos notes."
    ),
    Profile.EXCEL: gettext_lazy(
        "Une feuille prête à lire : filtres, montants et dates typés."
    ),
    Profile.COMPLET: gettext_lazy(
        "Tous les champs, chacun avec sa source et sa date, pour une machine."
    ),
    Profile.SQL: gettext_lazy("Des tables : sociétés, exercices, contacts, manifeste."),
    Profile.AIRTABLE: gettext_lazy(
        "Les champs d’une base Airtable, mis à jour par SIREN."
    ),
    Profile.PROFIL: gettext_lazy(
        "Une ou deux pages par société, avec son graphique et ses sources."
    ),
}
# What is good to know beside the choice of a format.
NOTES = {
    Format.CSV: gettext_lazy(
        "Ouvert d’un double-clic, un CSV perd le zéro de tête d’un SIREN ou d’un code "
        "postal, quoi que fasse le fichier. Dans Excel : Données, À partir d’un "
        "fichier texte/CSV, puis type « Texte » pour ces colonnes. Dans LibreOffice : "
        "cochez « Formater les champs entre guillemets comme texte »."
    ),
    Format.XLSX: gettext_lazy(
        "Un XLSX s’ouvre d’un double-clic sans rien perdre : SIREN et codes postaux y "
        "sont du texte, montants et dates des nombres."
    ),
    Format.JSONL: gettext_lazy("Une société par ligne, en UTF-8, les vides à null."),
    Format.PARQUET: gettext_lazy(
        "Colonnes typées, pour pandas, DuckDB ou un entrepôt."
    ),
    Format.SQL: gettext_lazy("Un script à jouer dans PostgreSQL, d’une transaction."),
    Format.SQLITE: gettext_lazy("Un fichier de base, à ouvrir sans serveur."),
    Format.PDF: gettext_lazy("Un seul fichier, une société après l’autre."),
    Format.DELIVERY: gettext_lazy(
        "Rien n’est écrit avant l’essai à blanc, qui dit ce qui changerait."
    ),
}


def duration(seconds: float) -> str:
    """An estimate, no finer than it is."""
    if seconds < 2:
        return _("moins de 2 s")
    if seconds < 90:
        return _("environ %(count)d s") % {"count": round(seconds)}
    minutes = seconds / 60
    if minutes < 90:
        return _("environ %(count)d min") % {"count": round(minutes)}
    return _("environ %(count)d h") % {"count": round(minutes / 60)}
