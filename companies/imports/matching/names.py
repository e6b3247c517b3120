"""Names of companies as words that can be compared: without case, accent or form.

The rules are of the language and of the registers, never of one company: legal forms,
articles, the abbreviations that fit a name into the 38 characters of old files.
"""

from typing import Final

import polars as pl

# What says how a company is made and not which one it is. Of two names whose forms
# are of different families, one is not the other.
FAMILIES: Final = {
    "trade": "SARL SAS SASU SA EURL SNC SCA SCOP SCIC SE SPA SRL GMBH LTD INC BV NV",
    "practice": "SELARL SELAS SELASU SELURL SELAFA SELCA SCP SCM",
    "property": "SCI SCCV SCPI SCIA",
    "farm": "SCEA EARL GAEC GFA SICA CUMA",
    "association": "ASS",
    "co-owners": "COPRO SDC",
}
# A practice is a company of trade by another name: either is written for the other.
ALIKE: Final = frozenset({frozenset({"trade", "practice"})})
FAMILY_OF: Final = {w: name for name, words in FAMILIES.items() for w in words.split()}
_NOISE: Final = (
    "STE ETS CIE ENT DE DU DES LA LE LES L D ET AU AUX A EN SUR POUR PAR CHEZ UN UNE"
    " THE AND OF"
)
# Which one of a family of companies: « X » is neither « X HOLDING » nor « GROUPE X ».
_KIN: Final = (
    "GROUPE GROUP HOLDING FINANCIERE FINANCE PARTICIPATION INVEST INVESTISSEMENT"
    " IMMOBILIER IMMO FONCIERE DEVELOPPEMENT GESTION DISTRIBUTION SERVICE LOGISTIQUE"
    " INTERNATIONAL EUROPE INDUSTRIE EXPLOITATION PRODUCTION"
)
NOISE: Final = frozenset(_NOISE.split())
KIN: Final = frozenset(_KIN.split())
# As they stand in registers and lists; plurals are cut before.
_SAME: Final = {
    "STE": "SOCIETE SOC SAINTE STES",
    "ST": "SAINT",
    "ETS": "ETABLISSEMENT ETAB ETABL ETB",
    "CIE": "COMPAGNIE",
    "ENT": "ENTREPRISE ENTR",
    "ASS": "ASSOCIATION ASSOC ASSO ASSOCIAT",
    "COPRO": "COPROPRIETE COPROPRIETAIRE",
    "GROUPE": "GRPE GRP",
    "GROUPEMENT": "GROUPT GPT",
    "CENTRE": "CTRE CENT",
    "FEDERATION": "FED FEDE FEDERAT",
    "SYNDICAT": "SYND SYNDIC",
    "NATIONAL": "NAT NATION NATIONALE",
    "REGIONAL": "REG REGION REGIONALE",
    "DEPARTEMENTAL": "DEP DEPT DEPART DEPARTEMENTALE",
    "GENERAL": "GEN GENERALE GLE",
    "INTERNATIONAL": "INT INTER INTERNATIONALE",
    "INDUSTRIE": "IND INDUSTRIEL INDUSTRIELLE",
    "IMMOBILIER": "IMM IMMOBILIERE",
    "FRANCAIS": "FRANCAISE FRANC",
    "FRANCE": "FCE FR",
    "SERVICE": "SCE SERV SVCE",
    "CONSTRUCTION": "CONST CONSTR",
    "TRANSPORT": "TRANSP TRPT",
    "MECANIQUE": "MECA",
    "ELECTRICITE": "ELEC ELECT",
    "DISTRIBUTION": "DIST DISTRIB",
    "EXPLOITATION": "EXPL EXPLOIT",
    "GESTION": "GEST",
    "TECHNIQUE": "TECH",
    "LABORATOIRE": "LABO",
    "PARTICIPATION": "PARTICIP",
    "FRERE": "FRES",
    "HOSPITALIER": "HOSP HOSPITAL HOSPITALIERE",
    "COMMUNAUTE": "COMM COMMUNAUT",
}
_ALIASES: Final = {old: new for new, olds in _SAME.items() for old in olds.split()}
# Shorter words that end so are no plurals (« PARIS »), nor is « FITNESS ».
_PLURAL: Final = r"^\pL{4,}[^S]S$"
_LIGATURES: Final = ("Œ", "OE"), ("Æ", "AE"), ("ß", "SS"), ("Ø", "O"), ("&", " ET ")


def folded(text: pl.Expr) -> pl.Expr:
    """Capitals, digits and single blanks; « S.A.R.L. » is one word."""
    plain = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    plain = plain.str.to_uppercase()
    for old, new in _LIGATURES:
        plain = plain.str.replace_all(old, new, literal=True)
    plain = plain.str.replace_all(r"\b([\pL\pN])\.", "$1")
    return plain.str.replace_all(r"[^\pL\pN]+", " ").str.strip_chars(" ")


def words(fold: pl.Expr) -> pl.Expr:
    """The words of a folded name in order, each in its one spelling."""
    word = pl.element()
    is_plural = word.str.contains(_PLURAL)
    single = pl.when(is_plural).then(word.str.head(-1)).otherwise(word)
    return fold.str.split(" ").list.eval(single.replace(_ALIASES))


def telling(found: pl.Expr) -> pl.Expr:
    """The words that say which company it is; all of them when none does."""
    is_telling = ~pl.element().is_in([*NOISE, *FAMILY_OF])
    kept = found.list.eval(pl.element().filter(is_telling))
    return pl.when(kept.list.len() > 0).then(kept).otherwise(found)


def split_table(texts: pl.DataFrame, text: str) -> pl.DataFrame:
    """``fold``, ``words`` and ``compact`` of each name, and its ``forms``.

    ``compact`` is its telling words without blanks: « E M C C » is « EMCC ».
    """
    table = texts.with_columns(fold=folded(pl.col(text))).filter(pl.col("fold") != "")
    table = table.with_columns(every=words(pl.col("fold")))
    is_form = pl.element().is_in(list(FAMILY_OF))
    return (
        table.with_columns(
            words=telling(pl.col("every")),
            forms=pl.col("every").list.eval(pl.element().filter(is_form)),
        )
        .with_columns(compact=pl.col("words").list.join(""))
        .drop("every")
    )
