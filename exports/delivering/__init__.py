"""Rows sent where ops declared, instead of a file: Airtable, or a database.

``plan`` says what would be created, changed and left; ``deliver`` does it, and may be
called again after any fault: nothing is ever there twice; ``check`` tries whether the
destination answers. Each raises nothing but DeliveryRefused, a French sentence, and
what ``beat`` raises; ``plan`` without a beat is for who waits, and raises TooLong.
"""

from exports.delivering.doors import check, deliver, plan
from exports.delivering.terms import Beat, DeliveryRefused, Plan, TooLong

__all__ = ["Beat", "DeliveryRefused", "Plan", "TooLong", "check", "deliver", "plan"]
