"""What is known of many companies, turned into the columns that the rules read."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from scoring.bulk import accounts, events, officers, register
from scoring.bulk.accounts import Exercises
from scoring.bulk.choice import Choice
from scoring.bulk.events import Events
from scoring.bulk.officers import Leadership, People
from scoring.bulk.register import Register
from scoring.bulk.wire import Texts
from scoring.rules.arrays import Bools, Indexes
from scoring.rules.columns import Columns
from scoring.rules.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a chunk of companies, in the order of their SIRENs."""

    as_of: date
    register: Register
    exercises: Exercises
    events: Events
    people: People
    leadership: Leadership
    has_holding: Bools

    def __len__(self) -> int:
        return len(self.register.sirens)

    @property
    def sirens(self) -> Indexes:
        return self.register.sirens

    def columns(self, ruleset: Ruleset) -> Columns:
        """Keywords and the gap of a family relay are those of the ruleset."""
        told, led, seen = self.register, self.leadership, self.events
        unknown = np.full(len(self), np.nan)
        return Columns(
            **self.exercises.figures,
            net_margin=unknown,
            revenue_growth_3y=unknown,
            headcount_floor=told.headcount_floor,
            leader_age=led.age,
            relay_age=officers.relay_age(self.people, led, ruleset.relay_gap_years),
            leader_tenure_years=led.tenure_years,
            leaders_count=led.leaders_count,
            created_on=told.created_on,
            accounts_closed_on=self.exercises.closed_on,
            leader_changed_on=seen.leader_changed_on,
            accounts_filed_on=seen.accounts_filed_on,
            data_age_days=told.data_age_days,
            department=_texts(told.department, "U2"),
            naf=_texts(told.naf, "U5"),
            has_legal_form=told.has_legal_form,
            has_keyword=register.has_keyword(told.name, ruleset.keywords),
            has_second=led.has_second,
            has_sale=seen.has_sale,
            has_closing=seen.has_closing | told.is_closed,
            has_proceeding=seen.has_proceeding,
            has_lease=seen.has_lease,
            has_holding=self.has_holding,
            is_confidential=self.exercises.is_confidential,
        )


def _texts(column: Texts, kind: str) -> Any:
    return column.mapped(str, kind)


def read(choice: Choice, as_of: date) -> Known:
    """Five queries, whatever the number of companies."""
    told = register.read(choice, as_of)
    sirens = told.sirens
    offices = officers.read(choice)
    who = officers.people(offices, sirens, told.is_partial, as_of)
    return Known(
        as_of=as_of,
        register=told,
        exercises=accounts.read(choice, sirens),
        events=events.read(choice, sirens, as_of),
        people=who,
        leadership=officers.leadership(who, as_of),
        has_holding=officers.has_holding(offices, sirens),
    )
