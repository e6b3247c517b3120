from accounts.models.attempts import LoginThrottle
from accounts.models.factors import RecoveryCode, TotpDevice
from accounts.models.installation import HistoryRetention, Installation
from accounts.models.links import AccessLink
from accounts.models.people import Desk, User
from accounts.models.schedule import ScheduledRun
from accounts.models.sessions import Session
from accounts.models.tokens import ApiToken
from accounts.models.trail import AuditEntry, AuditForgetting, AuditSeal

__all__ = [
    "AccessLink",
    "ApiToken",
    "AuditEntry",
    "AuditForgetting",
    "AuditSeal",
    "Desk",
    "HistoryRetention",
    "Installation",
    "LoginThrottle",
    "RecoveryCode",
    "ScheduledRun",
    "Session",
    "TotpDevice",
    "User",
]
