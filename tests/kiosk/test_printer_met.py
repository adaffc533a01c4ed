"""What a printer says of itself goes on record once, and tickets are drawn for it."""

from dataclasses import replace
from pathlib import Path

from hardware.printer import Met
from hardware.profile import Abilities, Identity
from sync.facts import PrinterMet
from tests.kiosk.fakes import Kiosk

T20 = Met(Identity("EPSON", "TM-T20III", "30.03"), Abilities(answers=True, echoes=False), "epson-tm-203")
T88 = Met(Identity("EPSON", "TM-T88V", None), Abilities(answers=True, echoes=True), "epson-tm")


def met(kiosk: Kiosk, *said: Met) -> list[PrinterMet]:
    for each in said:
        kiosk.printer.meet(each)
        kiosk.settle()
    return [body for body in kiosk.facts() if isinstance(body, PrinterMet)]


def test_the_same_printer_is_worth_one_fact_and_another_one_another(tmp_path: Path) -> None:
    first = PrinterMet("EPSON", "TM-T20III", "30.03", "epson-tm-203", ("answers",))
    second = PrinterMet("EPSON", "TM-T88V", None, "epson-tm", ("answers", "echoes"))
    kiosk = Kiosk(tmp_path).begin()
    assert met(kiosk, T20, T20) == [first]
    assert met(kiosk, T88, T20) == [first, second, first]


def test_one_that_can_do_more_than_was_known_is_worth_a_fact(tmp_path: Path) -> None:
    more = replace(T20, abilities=replace(T20.abilities, automatic=True))
    assert met(Kiosk(tmp_path).begin(), T20, more)[-1].abilities == ("answers", "automatic")


def test_tickets_are_fitted_to_whichever_is_there(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path).begin()
    met(kiosk, T20, T20, T88)
    assert kiosk.fitted == ["epson-tm-203", "epson-tm-203", "epson-tm"]


def test_what_is_on_record_is_known_at_the_next_start(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path).begin()
    met(kiosk, T88)
    kiosk.close()
    again = Kiosk(tmp_path).begin()
    assert again.machine.record.printer_met == PrinterMet("EPSON", "TM-T88V", None, "epson-tm", ("answers", "echoes"))
    assert len(met(again, T88)) == 1
