"""Member names seen in answers: any other one is drift."""

from enrichment.providers.reading import words

ANSWER = words("profile message sandbox")
PROFILE = words(
    """
    company firstName headline id lastName location name personalEmails phones picture
    professionalEmails starryPersonalEmail starryPhone starryProfessionalEmail
    starryWorkEmail title
    """
)
