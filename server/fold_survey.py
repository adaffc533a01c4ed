"""Answers of the survey, counted by office day, dimension and level: a part of the fold. Pure."""

from collections.abc import Iterator
from typing import Any

from server.change import Change
from server.opinion import LEVELS
from sync.clock import is_day
from sync.facts_survey import SurveyAnswered

_COUNT = """INSERT INTO surveys (journal_id, day, questions, dimension, level, answers)
    VALUES (:journal_id, :day, :questions, :dimension, :level, 1)
    ON CONFLICT (journal_id, day, questions, dimension, level) DO UPDATE SET answers = surveys.answers + 1"""


def problem(body: SurveyAnswered) -> str | None:
    """What is impossible in a body whose shape is right."""
    asked = [each.dimension for each in body.answers]
    if not is_day(body.day):
        return f"{body.day!r} is no day"
    if not asked or len(set(asked)) < len(asked):
        return "no question was answered, or one twice"
    return next((f"there is no level {each.level}" for each in body.answers if each.level not in LEVELS), None)


def of(body: object, place: dict[str, Any]) -> Iterator[Change]:
    """The counts that go up by one."""
    if isinstance(body, SurveyAnswered):
        for each in body.answers:
            values = {"day": body.day, "questions": body.questions, "dimension": each.dimension, "level": each.level}
            yield Change(_COUNT, {"journal_id": place["journal_id"]} | values)
