"""What somebody said in the short survey behind the QR of a ticket: by dimension, as the ITA and LPA ask in Thailand.

Nothing says whose answer it is: no ticket, no service, no language, no time but the office day. It moves no queue and
is no score of a button.
"""

from dataclasses import dataclass
from typing import ClassVar

from sync.body import Body
from sync.types import Level

DIMENSIONS = ("process", "staff", "facilities", "information")
"""Process and steps; staff's service; facilities; information. The order of the questions."""
QUESTIONS = 1
"""The version of the questions as they are worded: another wording is another version."""


@dataclass(frozen=True, slots=True)
class DimensionScored:
    """One question was answered by a level of the buttons' scale, 5 most satisfied ... 1 least."""

    dimension: str
    level: Level


@dataclass(frozen=True, slots=True)
class SurveyAnswered(Body):
    """Somebody answered the survey on the office day `day` (YYYY-MM-DD): one question at least, each once."""

    kind: ClassVar[str] = "survey.answered"
    day: str
    answers: tuple[DimensionScored, ...]
    questions: int = QUESTIONS


SURVEY: tuple[type[Body], ...] = (SurveyAnswered,)
"""Every kind of fact that this module adds."""
