"""The slip of a ticket that was carried over: that its number is called first, and on which day. Pure.

It is no new ticket: number, code and proof code are those of the ticket. What the citizen's language says of the day
stands below in the office's first language too, for the staff who take the slip in hand.
"""

# gettext: ticket

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kiosk.paper_blocks import Banner, Block, Line, Number, Pair, Pairs, Rank, Rule, Space
from kiosk.ticket_layout import copy_mark
from kiosk.ticket_parts import PRIORITY, grouped, in_both_eras
from translations import load
from translations.numerals import weekday_name


@dataclass(frozen=True, slots=True)
class CarriedSlip:
    """What one slip says. `issued`: the office day of the ticket. `to_day`: the one on which it is called first.

    `office`: its name by language. `languages`: those of the kiosk, the staff's first. `copy`: an earlier slip of this
    ticket for this day may exist. `priority` prints as P.
    """

    label: str
    language: str
    issued: date
    to_day: date
    office: Mapping[str, str]
    languages: tuple[str, ...]
    code: str
    witness: str
    copy: bool = False
    priority: bool = False


def carried_slip(slip: CarriedSlip, header: Mapping[str, str] | None = None) -> tuple[Block, ...]:
    """Its blocks from top to bottom. `header`: the office's name as tickets show it, by language."""
    language, spoken = slip.language, load(slip.language, "ticket")
    office = {**slip.office, **(header or {})}
    made: list[Block] = [Banner(copy_mark(), language)] if slip.copy else []
    made += [
        Line(office[language], language, "body", bold=True),
        Number(slip.label, PRIORITY if slip.priority else None),
        Line(spoken.gettext("Carried over"), language, "title", bold=True),
        *_first(slip.to_day, language, "body", "title"),
    ]
    staff = slip.languages[0]
    if staff != language:
        made += _first(slip.to_day, staff, "small", "small")
    issued = f"{spoken.gettext('Issued')}: {in_both_eras(slip.issued, language)}"
    codes = Pair(spoken.gettext("Code"), slip.code), Pair(spoken.gettext("Proof code"), grouped(slip.witness))
    made += [Rule(), Line(issued, language, "small"), Pairs(codes, language)]
    return (*made, Rule(), Line(spoken.gettext("Please keep this slip"), language, "small"), Space(2))


def _first(day: date, language: str, rank: Rank, day_rank: Rank) -> list[Block]:
    spoken = load(language, "ticket")
    return [
        Line(spoken.gettext("This number is called first on this day:"), language, rank),
        Line(
            f"{weekday_name(day, language)} {in_both_eras(day, language)}", language, day_rank, bold=day_rank == "title"
        ),
    ]
