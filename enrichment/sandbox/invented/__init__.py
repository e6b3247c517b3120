"""Made-up answers for any SIREN: a pure function of the number.

Figures, people and notices are invented and marked; who the company is never is:
its name, address, activity and dates stay absent, for the register to tell.
"""
