"""Every field, each figure followed by its source and the day it was read."""

import polars as pl

from companies.choices import (
    MISSING_GROUPS,
    RED_FLAG_TITLES,
    AccountType,
    ScoreState,
    Source,
)
from exports.profiles import values
from exports.profiles.column import Column, Kind, Table
from exports.profiles.values import col, french, known, points, public, worded

SOURCES = {each.value: french(each.label) for each in Source}
TYPES = {each.value: french(each.label) for each in AccountType}
_STATES = {each.value: french(each.label) for each in ScoreState}
_FLAGS = {code: french(words) for code, words in RED_FLAG_TITLES.items()}
_MISSING = {code: french(words) for code, words in MISSING_GROUPS.items()}


def _day(fact: str) -> pl.Expr:
    return col(fact).str.to_date("%Y-%m-%d", strict=False)


def said(
    name: str, meaning: str, kind: Kind, value: pl.Expr, fact: str
) -> tuple[Column, Column, Column]:
    """A figure, who gave it, and when it was read there."""
    is_there = pl.when(value.is_not_null())
    return (
        Column(name, meaning, kind, value),
        Column(
            f"{name}_source",
            "qui l’a donné",
            "text",
            is_there.then(worded(col(f"{fact}_source"), SOURCES)),
        ),
        Column(
            f"{name}_lu_le",
            "jour de lecture de la source",
            "date",
            is_there.then(_day(f"{fact}_day")),
        ),
    )


def of_register(
    name: str, meaning: str, kind: Kind, value: pl.Expr, fact: str
) -> tuple[Column, Column, Column]:
    """The same, of a field that is the register's unless a source filled it."""
    cell, source, day = said(name, meaning, kind, value, fact)
    is_there = pl.when(value.is_not_null())
    register = worded(col("registry_source"), SOURCES)
    return (
        cell,
        Column(
            source.name,
            source.meaning,
            "text",
            is_there.then(
                pl.coalesce(worded(col(f"{fact}_source"), SOURCES), register)
            ),
        ),
        Column(
            day.name,
            day.meaning,
            "date",
            is_there.then(pl.coalesce(_day(f"{fact}_day"), col("registered_on"))),
        ),
    )


IDENTITY = (
    Column("siren", "neuf chiffres, en texte", "text", values.siren),
    *of_register(
        "siret_siege",
        "quatorze chiffres, en texte ; vide en diffusion partielle",
        "text",
        public(values.siret),
        "siret",
    ),
    Column("nom_entreprise", "dénomination, à défaut enseigne", "text", values.name),
    Column("enseigne", "au registre", "text", known("trade_name")),
    Column("sigle", "au registre", "text", known("acronym")),
    Column("forme_juridique_code", "catégorie juridique", "text", known("legal_form")),
    Column("forme_juridique", "en mots", "text", values.legal_form),
    Column("code_naf", "NAF rév. 2", "text", known("naf_code")),
    Column("libelle_naf", "libellé de la NAF", "text", values.naf_label),
    Column("code_naf_2025", "NAF 2025", "text", known("naf25_code")),
    Column("date_creation", "au registre", "date", col("created_on")),
    Column("date_fermeture", "au registre", "date", col("closed_on")),
    Column("active", "ouverte au registre", "boolean", col("is_active")),
    Column(
        "diffusion_partielle", "aucun champ personnel", "boolean", col("is_partial")
    ),
    *of_register(
        "adresse",
        "du siège ; vide en diffusion partielle",
        "text",
        values.address,
        "address",
    ),
    Column("code_postal", "en texte", "text", values.postal_code),
    Column("code_commune", "INSEE", "text", known("commune_code")),
    Column("ville", "commune du siège", "text", values.commune),
    Column("latitude", "vide en diffusion partielle", "real", public(col("latitude"))),
    Column(
        "longitude", "vide en diffusion partielle", "real", public(col("longitude"))
    ),
    Column("tranche_effectif_code", "INSEE", "text", known("headcount_band")),
    Column("tranche_effectif", "en mots", "text", values.band_words),
    Column("tranche_effectif_annee", "de la tranche", "integer", col("headcount_year")),
    Column("categorie", "PME, ETI ou GE", "text", known("category")),
    *said("capital_social", "en euros", "amount", col("capital_eur"), "capital_eur"),
    *said("site_web", "adresse du site", "text", known("website"), "website"),
    Column(
        "registre_source",
        "qui a créé la fiche",
        "text",
        worded(col("registry_source"), SOURCES),
    ),
    Column(
        "registre_lu_le", "dernière lecture du registre", "date", col("registered_on")
    ),
    Column(
        "identite_desaccords",
        "ce que d’autres sources disent, en JSON ; vide en diffusion partielle",
        "text",
        public(known("identity_disagreements")),
    ),
)
_AMOUNTS = (
    ("chiffre_affaires", "revenue", "amount"),
    ("resultat_net", "net_income", "amount"),
    ("ebe", "ebitda", "amount"),
    ("capitaux_propres", "equity", "amount"),
    ("dettes_financieres", "financial_debt", "amount"),
    ("effectif", "headcount", "integer"),
)


def exercise(prefix: str, suffix: str, words: str) -> tuple[Column, ...]:
    """All that is known of one exercise; the source and the day of each figure."""
    columns: list[Column] = [
        Column(f"cloture{suffix}", words, "date", col(f"{prefix}closed_on")),
        Column(
            f"type_comptes{suffix}",
            "une évolution ne compare qu’un type",
            "text",
            worded(col(f"{prefix}account_type"), TYPES),
        ),
        Column(
            f"duree_mois{suffix}",
            "de l’exercice",
            "integer",
            col(f"{prefix}duration_months"),
        ),
    ]
    for name, fact, kind in _AMOUNTS:
        meaning = "moyen, de l’exercice" if name == "effectif" else "en euros"
        columns += said(
            f"{name}{suffix}",
            meaning,
            kind,  # type: ignore[arg-type]
            col(f"{prefix}{fact}"),
            f"{prefix}{fact}",
        )
    columns += [
        Column(
            f"saut_unite{suffix}",
            "un rapport de mille avec l’exercice voisin",
            "boolean",
            col(f"{prefix}has_unit_jump"),
        ),
        Column(
            f"bac_a_sable{suffix}",
            "chiffres d’une réponse du bac à sable",
            "boolean",
            col(f"{prefix}is_sandbox"),
        ),
        Column(
            f"desaccords{suffix}",
            "ce que d’autres sources disent, en JSON",
            "text",
            known(f"{prefix}disagreements"),
        ),
    ]
    return tuple(columns)


FIGURES = (
    *exercise("now_", "", "dernier exercice publié (N)"),
    *exercise("n1_", "_n1", "N−1, mêmes comptes"),
    *exercise("n2_", "_n2", "N−2, mêmes comptes"),
    Column("evolution_ca_3ans", "(N / N−2) − 1, en %", "percent", values.growth),
    Column("marge_nette", "résultat net / CA, en %", "percent", values.net_margin),
    Column("ratio_endettement", "dettes / (dettes + fonds propres)", "ratio",
           values.debt_ratio),
    Column("comptes_confidentiels", "derniers comptes déposés", "boolean",
           col("is_confidential")),
    Column("dernier_depot", "clôture des derniers comptes déposés", "date",
           col("accounts_closed_on")),
    Column("sources_en_desaccord", "sur un chiffre au moins", "boolean",
           col("sources_disagree")),
)  # fmt: skip
PEOPLE = (
    Column("dirigeant_principal", "vide en diffusion partielle", "text", values.leader),
    Column(
        "dirigeant_annee_naissance",
        "vide en diffusion partielle",
        "integer",
        public(col("leader_birth_year")),
    ),
    Column(
        "dirigeant_depuis",
        "nomination ; vide en diffusion partielle",
        "date",
        public(col("leader_since")),
    ),
)
SCORES = (
    Column("score_ma", "attractivité, de 0 à 100", "points", points("score")),
    Column("niveau_score", "en mots", "text", values.level("score")),
    Column("cedabilite", "de 0 à 100", "points", points("sale_likelihood")),
    Column("couverture", "des données, de 0 à 100", "points", points("coverage")),
    Column("priorite_contact", "HIGH, MEDIUM, LOW", "text", values.priority),
    Column("qualite_donnees", "Haute, Moyenne, Faible", "text", values.data_quality),
    Column(
        "score_etat",
        "évaluable ou non",
        "text",
        col("score_state").replace_strict(
            list(_STATES), list(_STATES.values()), default=None, return_dtype=pl.String
        ),
    ),
    Column(
        "score_plafond",
        "alerte qui plafonne",
        "text",
        worded(col("score_flag"), _FLAGS),
    ),
    Column(
        "score_manque",
        "ce qui pèserait le plus s’il était connu",
        "text",
        worded(col("missing"), _MISSING),
    ),
    Column("score_regles", "version des règles", "text", known("ruleset")),
    Column("score_calcule_le", "jour du calcul", "date", col("scored_on")),
)
FOLLOWED = (
    Column("statut", "dans le suivi de votre équipe", "text", values.status),
    Column("statut_depuis", "jour du statut", "date", col("status_on")),
    Column("notes", "celles de votre équipe", "text", values.notes),
)
NEWS = (
    Column("actualite_date", "dernière annonce", "date", col("event_on")),
    Column("actualite_nature", "en mots", "text", values.event_kind),
    Column(
        "actualite_libelle",
        "vide en diffusion partielle",
        "text",
        values.marked(public(values.event_label), "event_is_sandbox"),
    ),
    Column(
        "actualite_source", "qui l’a publiée", "text",
        worded(col("event_source"), SOURCES),
    ),
    Column("derniere_maj", "dernière lecture d’une source", "date", values.read_on),
    Column("lien_pappers", "la société", "text", values.pappers),
    Column("lien_annuaire", "service public", "text", values.annuaire),
)  # fmt: skip


def _contact(name: str, meaning: str, kind: Kind, value: pl.Expr) -> Column:
    return Column(name, meaning, kind, value, is_contact=True, only_with_contacts=True)


CONTACTS = (
    _contact("contact", "la première personne utilisable", "text", col("contact_name")),
    _contact("contact_fonction", "sa fonction", "text", col("contact_title")),
    _contact("email", "le sien, sinon de la société", "text", col("contact_email")),
    _contact(
        "email_source", "qui l’a donné", "text",
        worded(col("contact_email_source"), SOURCES),
    ),
    _contact("email_recueilli_le", "jour", "date", col("contact_email_on")),
    _contact("telephone", "le sien, sinon de la société", "text", col("contact_phone")),
    _contact(
        "telephone_source", "qui l’a donné", "text",
        worded(col("contact_phone_source"), SOURCES),
    ),
    _contact("telephone_recueilli_le", "jour", "date", col("contact_phone_on")),
    _contact("linkedin", "son profil", "text", col("contact_linkedin")),
    _contact("contacts_total", "adresses et numéros", "integer", col("contacts_total")),
)  # fmt: skip
COMPANY = (*IDENTITY, *FIGURES, *PEOPLE, *SCORES, *FOLLOWED, *NEWS)
TABLE = Table(columns=(*COMPANY, *CONTACTS))
