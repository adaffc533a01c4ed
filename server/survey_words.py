"""The words of the survey: its questions (domain `pages`), and what its dimensions are called in figures (`report`)."""

from collections.abc import Mapping

from translations import N_

# gettext: pages, report

QUESTIONS: Mapping[str, str] = {
    "process": N_("The steps: clear, without detours, in a fair order"),
    "staff": N_("The staff: ready to help, polite, know their work"),
    "facilities": N_("The place: clean, with enough seats, easy to find and to get around in"),
    "information": N_("The information: clear, complete, easy to find"),
}
"""By dimension (sync.facts_survey). Another wording is another version there."""
DIMENSION_WORDS: Mapping[str, str] = {
    "process": N_("Process and steps"),
    "staff": N_("Service of the staff"),
    "facilities": N_("Facilities"),
    "information": N_("Information"),
}
REFUSED: Mapping[str, str] = {
    "no-answers": N_("Choose a level for one question at least."),
    "no-level": N_("Choose a level for one question at least."),
    "wait": N_("Too many answers came from here at once. Please try again in a minute."),
}
NOT_NOW = N_("This cannot be written now. Please try again in a few minutes.")
