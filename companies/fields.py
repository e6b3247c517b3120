"""Column types that say what they hold."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from django.core.validators import RegexValidator
from django.db import models

if TYPE_CHECKING:
    AnyField = models.Field[Any, Any]
else:
    AnyField = models.Field


class SirenField(AnyField):
    """Nine digits in Python, a 4-byte integer in PostgreSQL.

    A quarter less index than text, and a SIREN may start with 0: the zeros come
    back when the row is read.
    """

    description = "SIREN"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 9)
        kwargs.setdefault("validators", [RegexValidator(r"^\d{9}$")])
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        kwargs.pop("validators", None)
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:
        return "integer"

    def get_internal_type(self) -> str:
        return "IntegerField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else f"{value:09d}"

    def to_python(self, value: Any) -> Any:
        return None if value is None else str(value).zfill(9)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return None if value in (None, "") else int(value)


class SiretField(SirenField):
    """Fourteen digits in Python, an 8-byte integer in PostgreSQL."""

    description = "SIRET"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 14)
        kwargs.setdefault("validators", [RegexValidator(r"^\d{14}$")])
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "bigint"

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else f"{value:014d}"

    def to_python(self, value: Any) -> Any:
        return None if value is None else str(value).zfill(14)


class PointsField(AnyField):
    """0.00 to 100.00 as a Decimal in Python, hundredths in a smallint below."""

    description = "points"

    def db_type(self, connection: Any) -> str:
        return "smallint"

    def get_internal_type(self) -> str:
        return "SmallIntegerField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else Decimal(value) / 100

    def to_python(self, value: Any) -> Any:
        return None if value is None else Decimal(str(value))

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value is None:
            return None
        hundredths = Decimal(str(value)) * 100
        return int(hundredths.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
