"""Fields of the search form: each refuses by name, in a sentence that says the cure."""

import re
from collections.abc import Callable, Container, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

# A value is repeated to its author up to this length, and this many of them.
SHOWN_LETTERS, SHOWN_VALUES = 40, 5


def shown(value: object) -> str:
    """What was given, fit for a page: short, and without what cannot be written."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(value))
    return text if len(text) <= SHOWN_LETTERS else f"{text[: SHOWN_LETTERS - 1]}…"


def _quoted(values: Iterable[object]) -> str:
    return ", ".join(f"«\u00a0{shown(value)}\u00a0»" for value in values)


class Words(forms.CharField):
    """One line of text; what no database can hold is refused, not cut."""

    default_error_messages = {
        "max_length": _(
            "%(show_value)d caractères, %(limit_value)d au plus"
            "\u00a0: cherchez par quelques mots du nom."
        ),
        "unreadable": _("contient des caractères illisibles\u00a0: retapez-le."),
    }

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise ValidationError(self.error_messages["unreadable"], code="unreadable")
        return text


class KnownCodes(forms.MultipleChoiceField):
    """Codes of a list too long for choices; unknown ones are refused by name.

    ``read`` gives a code as the nomenclature writes it, however it was typed.
    """

    default_error_messages = {
        "unknown": _("%(values)s\u00a0: inconnu du référentiel."),
        "unknown_many": _("%(values)s\u00a0: inconnus du référentiel."),
    }

    def __init__(
        self,
        known: Callable[[], Container[str]],
        *,
        read: Callable[[str], str] = str,
        **kwargs: Any,
    ) -> None:
        self.known, self.read = known, read
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> list[str]:
        given = (str(item).strip() for item in value or ())
        return list(dict.fromkeys(self.read(item) for item in given if item))

    def validate(self, value: Any) -> None:
        known = self.known() if value else ()
        wrong = [item for item in value if item not in known]
        if not wrong:
            return
        words = _quoted(wrong[:SHOWN_VALUES])
        more = len(wrong) - SHOWN_VALUES
        if more > 0:
            rest = ngettext("et %(n)d autre", "et %(n)d autres", more)
            words = f"{words} {rest % {'n': more}}"
        code = "unknown" if len(wrong) == 1 else "unknown_many"
        raise ValidationError(
            self.error_messages[code], code=code, params={"values": words}
        )


class Sirens(KnownCodes):
    """Nine digits each, spaces forgiven; whether they exist is the search's answer."""

    default_error_messages = {
        "unknown": _("%(values)s\u00a0: un SIREN a neuf chiffres."),
        "unknown_many": _("%(values)s\u00a0: un SIREN a neuf chiffres."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_NineDigits, read=_without_spaces, **kwargs)


class _NineDigits:
    def __contains__(self, text: object) -> bool:
        return re.fullmatch("[0-9]{9}", str(text)) is not None


def _without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


class DeskLists(KnownCodes):
    """Lists of the reader's desk, by public id: another desk's is an unknown one."""

    default_error_messages = {
        "unknown": _("%(values)s\u00a0: ce vivier n’est pas, ou plus, à votre équipe."),
        "unknown_many": _(
            "%(values)s\u00a0: ces viviers ne sont pas, ou plus, à votre équipe."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(tuple, read=_public_id, **kwargs)


def _public_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return text


class Pasted(forms.Field):
    """The public id of SIRENs pasted by the desk."""

    default_error_messages = {
        "invalid": _(
            "%(value)s n’est pas l’adresse d’une liste collée\u00a0: recollez-la."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> str:
        typed = str(value or "").strip()
        try:
            return str(UUID(typed)) if typed else ""
        except ValueError:
            raise ValidationError(
                self.error_messages["invalid"],
                code="invalid",
                params={"value": _quoted([typed])},
            ) from None


class Number(forms.Field):
    """A bound, as people type it: « 3,5 », « 1 000 ».

    Nothing but digits goes further: a thousand zeros or an exponent are refused here.
    """

    default_error_messages = {
        "invalid": _("%(value)s n’est pas un nombre\u00a0: écrivez par exemple %(n)s."),
        "beyond": _("%(value)s est hors limites\u00a0: de %(low)s à %(high)s."),
        "whole": _("%(value)s\u00a0: un nombre entier est attendu."),
        "fine": _("%(value)s\u00a0: %(n)d décimales au plus."),
    }

    def __init__(self, *, low: int, high: int, decimals: int = 0, **kwargs: Any):
        self.low, self.high, self.decimals = low, high, decimals
        super().__init__(required=False, **kwargs)

    def __deepcopy__(self, memo: Any) -> Self:
        """Forms have it in common: nothing of it is theirs, and they have eighteen."""
        return self

    def to_python(self, value: Any) -> Decimal | None:
        typed = str(value or "").strip()
        if not typed:
            return None
        plain = re.sub(r"\s", "", typed).replace("\u2212", "-").replace(",", ".")
        read = re.fullmatch(r"([+-]?[0-9]+)(?:\.([0-9]*))?", plain)
        if read is None:
            raise self._refusal("invalid", typed, n="3,5" if self.decimals else "12")
        if len(read[1]) > 15:
            raise self._refusal("beyond", typed)
        after = (read[2] or "").rstrip("0")
        if len(after) > self.decimals:
            code = "fine" if self.decimals else "whole"
            raise self._refusal(code, typed, n=self.decimals)
        number = Decimal(f"{read[1]}.{after or 0}")
        if not self.low <= number <= self.high:
            raise self._refusal("beyond", typed)
        return number

    def _refusal(self, code: str, typed: str, **params: object) -> ValidationError:
        limits = {"low": _signed(self.low), "high": _signed(self.high)}
        given = {"value": _quoted([typed]), **limits, **params}
        return ValidationError(self.error_messages[code], code=code, params=given)


def _signed(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0").replace("-", "\u2212")


class Day(forms.DateField):
    """A day, as the browser sends it or as a Frenchman types it."""

    default_error_messages = {
        "invalid": _("%(value)s n’est pas une date\u00a0: écrivez jj/mm/aaaa."),
    }
    # Never the language's own: 03/04 is the third of April in English too.
    formats = ("%Y-%m-%d", "%d/%m/%Y")

    def to_python(self, value: Any) -> date | None:
        typed = str(value or "").strip()
        if not typed:
            return None
        if len(typed) == 10:
            for each in self.formats:
                try:
                    return datetime.strptime(typed, each).date()  # noqa: DTZ007
                except ValueError:
                    continue
        raise ValidationError(
            self.error_messages["invalid"],
            code="invalid",
            params={"value": _quoted([typed])},
        )


class OneOf(forms.Field):
    """One word among a few; the empty one is the usual case."""

    default_error_messages = {
        "invalid": _("%(value)s n’est pas un choix possible\u00a0: %(choices)s."),
    }

    def __init__(self, words: Iterable[str], **kwargs: Any) -> None:
        self.words = tuple(words)
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> str:
        word = str(value or "").strip()
        if word and word not in self.words:
            raise ValidationError(
                self.error_messages["invalid"],
                code="invalid",
                params={
                    "value": _quoted([word]),
                    "choices": ", ".join(self.words[:12]),
                },
            )
        return word


class Flag(OneOf):
    """Yes or no; « 0 » is no."""

    YES, NO = ("1", "on", "true", "oui"), ("0", "off", "false", "non")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__((*self.YES, *self.NO), **kwargs)

    def clean(self, value: Any) -> bool:
        return super().clean(value) in self.YES


def naf_code(text: str) -> str:
    """« 6920Z » and « 69.20z » are 69.20Z."""
    code = text.upper()
    return f"{code[:2]}.{code[2:]}" if re.fullmatch(r"\d{3,4}[A-Z]?", code) else code
