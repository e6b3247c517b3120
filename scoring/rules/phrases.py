"""The words of the codes, French and English. ``{…}`` are figures already written."""

from typing import Final

Phrases = dict[str, tuple[str, str]]

COMPONENTS: Final[Phrases] = {
    "financial_performance": ("Performance financière", "Financial performance"),
    "growth_trajectory": ("Croissance", "Growth"),
    "profitability": ("Rentabilité", "Profitability"),
    "financial_health": ("Santé financière", "Financial health"),
    "operational_scale": ("Taille opérationnelle", "Operational scale"),
    "market_position": ("Position de marché", "Market position"),
    "management_quality": ("Direction", "Management"),
    "strategic_value": ("Valeur stratégique", "Strategic value"),
}
LEVELS: Final[Phrases] = {
    "excellent": ("Excellent", "Excellent"),
    "very_good": ("Très bon", "Very good"),
    "good": ("Bon", "Good"),
    "average": ("Moyen", "Average"),
    "weak": ("Faible", "Weak"),
    "not_rated": ("Non évalué", "Not rated"),
}
PRIORITIES: Final[Phrases] = {
    "HIGH": ("haute", "high"),
    "MEDIUM": ("moyenne", "medium"),
    "LOW": ("basse", "low"),
}
STATES: Final[Phrases] = {
    "evaluable": ("évaluable", "assessable"),
    "non_evaluable": ("non évaluable", "not assessable"),
}
FLAGS: Final[Phrases] = {
    "sold": ("cession ou fermeture publiée", "sale or closing published"),
    "proceeding": ("procédure collective ouverte", "open collective proceeding"),
    "losses": ("trois pertes de suite", "three losses in a row"),
    "equity": ("capitaux propres négatifs ou nuls", "equity at or below zero"),
}
CONTRIBUTIONS: Final[Phrases] = {
    "base": ("Point de départ", "Starting point"),
    "age": ("Âge du dirigeant", "Leader’s age"),
    "tenure": ("Ancienneté du dirigeant", "Leader’s tenure"),
    "company": ("Ancienneté de la société", "Age of the company"),
    "lease": ("Location-gérance", "Lease management"),
    "filing": ("Comptes non déposés depuis 24 mois", "No accounts filed for 24 months"),
    "change": ("Changement de dirigeant récent", "Recent change of leader"),
    "relay": ("Relais familial possible", "Possible family relay"),
    "second": ("Second en fonction", "Second-in-command in office"),
    "proceeding": ("Procédure collective ouverte", "Open collective proceeding"),
}
FAMILIES: Final[Phrases] = {
    "revenue": ("Chiffre d’affaires", "Revenue"),
    "result": ("Résultat", "Net income"),
    "balance": ("Dette et capitaux propres", "Debt and equity"),
    "headcount": ("Effectif", "Headcount"),
    "history": ("Chiffre d’affaires N−1 et N−2", "Revenue of the two years before"),
    "leader_age": ("Âge du dirigeant", "Leader’s age"),
    "tenure": ("Ancienneté du dirigeant", "Leader’s tenure"),
    "created_on": ("Date de création", "Creation date"),
    "legal_form": ("Forme juridique", "Legal form"),
    "naf": ("Code NAF", "NAF code"),
    "place": ("Lieu du siège", "Seat"),
}
GROUPS: Final[Phrases] = {
    "accounts": ("chiffre d’affaires et résultat", "revenue and net income"),
    "history": ("chiffre d’affaires des deux exercices précédents", "earlier revenue"),
    "balance": ("dette et capitaux propres", "debt and equity"),
    "headcount": ("effectif exact", "exact headcount"),
    "leader": ("âge et ancienneté du dirigeant", "leader’s age and tenure"),
    "register": ("données du registre", "register data"),
}
# What makes a component absent.
ABSENCES: Final[Phrases] = {
    "financial_performance": ("chiffre d’affaires inconnu", "revenue unknown"),
    "growth_trajectory": (
        "moins de deux exercices comparables",
        "fewer than two comparable years",
    ),
    "profitability": ("marge inconnue", "margin unknown"),
    "financial_health": (
        "dette, résultat et date de création inconnus",
        "debt, result and creation date unknown",
    ),
    "operational_scale": (
        "effectif et chiffre d’affaires inconnus",
        "headcount and revenue unknown",
    ),
    "market_position": (
        "trop peu de sociétés comparables",
        "too few comparable companies",
    ),
    "management_quality": (
        "ancienneté et équipe inconnues",
        "tenure and team unknown",
    ),
    "strategic_value": ("aucune thèse à comparer", "no thesis to compare with"),
}
SPREAD: Final = ("poids réparti", "weight spread over the others")
DEFAULTED: Final = (
    "valeur par défaut faute de donnée",
    "default value for want of data",
)
FIXED: Final[Phrases] = {
    "market_position": ("lieu, secteur et nom", "place, sector and name"),
    "strategic_value": ("lieu, taille et nom", "place, size and name"),
}
# One fragment per figure, joined by commas in this order.
FRAGMENTS: Final[Phrases] = {
    "margin": ("marge nette de {margin}", "net margin of {margin}"),
    "growth_given": (
        "variation du CA de {growth_given} sur trois ans",
        "revenue change of {growth_given} over three years",
    ),
    "growth_yearly": (
        "croissance du CA de {growth_yearly} par an sur deux ans",
        "revenue growth of {growth_yearly} a year over two years",
    ),
    "growth_last_year": (
        "croissance du CA de {growth_last_year} sur un an",
        "revenue growth of {growth_last_year} over one year",
    ),
    "debt_ratio": ("endettement de {debt_ratio}", "debt ratio of {debt_ratio}"),
    "result_share": (
        "résultat de {result_share} du CA",
        "result of {result_share} of revenue",
    ),
    "years": ("{years} d’existence", "{years} old"),
    "headcount": ("{headcount}", "{headcount}"),
    "at_least": ("au moins {at_least} (tranche)", "at least {at_least} (band)"),
    "revenue": ("CA de {revenue}", "revenue of {revenue}"),
    "percentile": ("{percentile} centile {where}", "{percentile} percentile {where}"),
    "tenure": ("dirigeant en poste depuis {tenure}", "leader in office for {tenure}"),
    "leaders": ("{leaders}", "{leaders}"),
}
NO_DEBT: Final = ("dette non publiée", "debt not published")
CELLS: Final[Phrases] = {
    "in_division": ("de sa division et de sa taille", "of its division and size"),
    "in_section": ("de sa section et de sa taille", "of its section and size"),
}
REASONS: Final[Phrases] = {
    "sale_age": ("Dirigeant de {age}.", "Leader aged {age}."),
    "sale_tenure": (
        "Dirigeant en poste depuis {years}.",
        "Leader in office for {years}.",
    ),
    "sale_company": ("Société de {years}.", "The company is {years} old."),
    "sale_lease": (
        "Fonds exploité en location-gérance.",
        "Business under lease management.",
    ),
    "sale_filing": (
        "Aucun dépôt de comptes depuis 24 mois.",
        "No accounts filed for 24 months.",
    ),
    "sale_change": (
        "Changement de dirigeant depuis moins de 24 mois.",
        "Leader changed within the last 24 months.",
    ),
    "sale_relay": (
        "Même nom, 20 ans d’écart ou plus : transmission familiale possible, "
        "l’âge compté est {age}.",
        "Same surname, 20 years or more apart: possible family handover, "
        "the age counted is {age}.",
    ),
    "sale_second": (
        "Un second est déjà en fonction.",
        "A second-in-command is already in office.",
    ),
    "sale_proceeding": (
        "Procédure collective ouverte.",
        "A collective proceeding is open.",
    ),
    "sale_sold": (
        "Cession ou fermeture déjà publiée.",
        "Sale or closing already published.",
    ),
    "sale_age_unknown": (
        "Âge du dirigeant inconnu : cédabilité non évaluable.",
        "Leader’s age unknown: likelihood of a sale not assessable.",
    ),
    "accounts_confidential": (
        "Comptes déposés avec déclaration de confidentialité : confidentiels, "
        "pas manquants.",
        "Accounts filed as confidential: confidential, not missing.",
    ),
    "flag": (
        "{flag} : score plafonné à {cap}.",
        "{flag}: the score is capped at {cap}.",
    ),
    "missing": ("{family} : inconnu, {points}.", "{family}: unknown, {points}."),
    "partial": (
        "{family} : en partie connu ou ancien, {points}.",
        "{family}: partly known or old, {points}.",
    ),
}
NEXT: Final[Phrases] = {
    "verdict": (
        "Prochaine donnée utile : {group}, qui rendrait la société évaluable.",
        "Next useful data: {group}, which would make the company assessable.",
    ),
    "sale_verdict": (
        "Prochaine donnée utile : {group}, qui rendrait la cédabilité évaluable.",
        "Next useful data: {group}, which would make the sale reading assessable.",
    ),
    "score": (
        "Prochaine donnée utile : {group}, jusqu’à {score} d’attractivité en jeu.",
        "Next useful data: {group}, up to {score} of attractiveness at stake.",
    ),
    "coverage": (
        "Prochaine donnée utile : {group}, {coverage} de couverture.",
        "Next useful data: {group}, {coverage} of coverage.",
    ),
}
