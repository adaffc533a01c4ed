"""A kiosk without an office, whose printer suffers everything that a printer can, one thing after the other."""

import hashlib
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache

from PIL import Image

from sync.facts import HelpAsked, PrintEnded, PrinterTested, TicketIssued, TicketLanguage
from sync.types import Seq
from tests.faults.evidence import token_on as _token_on
from tests.walks.cables import Cable
from tests.walks.hardship import LONG_S, Premises
from tests.walks.onlookers import Crowd
from tests.walks.stage import until
from translations import LANGUAGES

token_on = cache(_token_on)
"""Reading a QR takes half a second, and paper does not change."""
DONE, FAILED = ("confirmed", "sent"), ("not-started", "interrupted", "uncertain")


class Walk:
    """One kiosk without an office, its citizens, and what is done to its printer."""

    def __init__(self, premises: Premises, cable: Cable, crowd: Crowd) -> None:
        self.premises, self.cable, self.crowd = premises, cable, crowd

    def out_of_order(self, code: str) -> None:
        """Wait until the citizens have read so."""
        until(f"out of order: {code}", lambda: self.crowd.sights[-1:] == [("out-of-order", code)], LONG_S)

    def serves(self) -> None:
        """Wait until tickets are given."""
        until("the kiosk serves", lambda: self.crowd.sights and self.crowd.sights[-1][1] is None, LONG_S)

    def tickets_come_out(self, count: int) -> None:
        """So many tickets more, all of them on paper."""
        before = self.ended(*DONE)
        self.crowd.take(count)
        until("the numbers", lambda: self.crowd.served, LONG_S)
        until("their paper", lambda: self.ended(*DONE) >= before + count, LONG_S)

    def ended(self, *outcomes: str) -> int:
        """So many attempts have ended so."""
        return sum(body.outcome in outcomes for body in self.premises.facts(PrintEnded))

    def caught(self, movement: Callable[[], None], mend: Callable[[], None]) -> str:
        """How the attempt ended during which the hand moved; tried again where the paper was out before."""
        for _ in range(10):
            done, failed = self.ended(*DONE), self.ended(*FAILED)
            self.cable.catch(lambda: self.crowd.take(1), movement)
            until("its end", lambda: self.ended(*DONE, *FAILED) > done + failed, LONG_S)  # noqa: B023
            if self.ended(*FAILED) > failed:
                return self.premises.facts(PrintEnded)[-1].outcome
            mend()
            self.serves()
        raise AssertionError("never quick enough")

    def restart(self, how: signal.Signals) -> None:
        """The kiosk ends and begins again."""
        self.premises.end("kiosk", how)
        self.premises.start_kiosk()

    # The steps ----------------------------------------------------------------------------------------------------

    def absent_at_boot(self) -> float:
        """Out of order, heard all the same, in three languages; how many seconds after its coming it serves."""
        self.premises.start_kiosk()
        self.out_of_order("unreachable")
        heard = {("out-of-order", language) for language in LANGUAGES}
        until("it takes every language", lambda: heard <= self.crowd.spoken, LONG_S)
        until("staff were called", lambda: self.premises.facts(HelpAsked), LONG_S)
        self.restart(signal.SIGKILL)
        self.out_of_order("unreachable")
        self.cable.bring_printer()
        begun = time.monotonic()
        self.serves()
        taken = time.monotonic() - begun
        self.tickets_come_out(len(LANGUAGES))
        return taken

    def unplugged_while_idle(self) -> None:
        """Seen at once, said, and over as soon as it is plugged in again."""
        self.cable.unplug()
        self.out_of_order("unreachable")
        self.restart(signal.SIGTERM)
        self.out_of_order("unreachable")
        self.cable.plug()
        self.serves()

    def unplugged_in_the_middle(self) -> None:
        """The number is to be written down, and again after a restart; the next ticket is whole."""
        assert self.caught(self.cable.unplug, self.cable.plug) == "uncertain"
        self.written_down("unreachable")
        self.restart(signal.SIGKILL)
        self.written_down("unreachable")
        self.cable.plug()
        self.serves()
        self.tickets_come_out(1)

    def no_paper(self, movement: Mapping[str, str], mend: Mapping[str, str], code: str, how: signal.Signals) -> None:
        """Between touch and print: to be written down with the reason; after the repair it comes out as a copy."""

        def mended() -> None:
            self.premises.at_printer(**mend)
            self.cable.plug()

        assert self.caught(lambda: self.premises.at_printer(**movement), mended) == "interrupted"
        self.cable.plug()
        self.written_down(code)
        self.restart(how)
        self.written_down(code)
        done, tried = self.ended(*DONE), len(self.premises.facts(PrinterTested))
        mended()
        self.serves()
        until("the copy", lambda: self.ended(*DONE) > done, LONG_S)
        if "paper" in mend:  # else the next hand moves while this is printed, and finds no ticket on its way
            until("the slip that tries a new roll", lambda: len(self.premises.facts(PrinterTested)) > tried, LONG_S)

    def written_down(self, code: str) -> None:
        """The last number is shown to be written down, then the reason why there is no other; once each."""
        label = self.premises.facts(TicketIssued)[-1].label
        until("it is to be written down", lambda: label in self.crowd.written, LONG_S)
        self.out_of_order(code)
        self.crowd.forget()

    def swapped(self, kind: str, *, restarted: bool = False) -> None:
        """While it is off, another one is put there. Unless restarted, the kiosk waits before it believes silence.

        Over a serial line, which does not tell that the printer was away, a talking one confirms nothing either.
        """
        self.cable.unplug()
        self.out_of_order("unreachable")
        self.premises.at_printer(swap=kind)
        self.cable.plug()
        if restarted:
            self.restart(signal.SIGKILL)
        self.serves()
        self.tickets_come_out(1)
        most = "sent" if kind == "mute" or self.cable.kind == "serial" else "confirmed"
        assert self.premises.facts(PrintEnded)[-1].outcome == most

    # The truth ----------------------------------------------------------------------------------------------------

    def unreported(self) -> list[str]:
        """Numbers that are neither on paper nor were to be written down; paper and screen that the journal lacks."""
        bodies = self.premises.by_seq()
        issued = {body.token: body.label for body in bodies.values() if isinstance(body, TicketIssued)}
        papers = Counter(self.on_paper())
        told = [
            f"{label} is nowhere"
            for token, label in issued.items()
            if token not in papers and label not in self.crowd.ever_written
        ]
        told += [f"paper of nobody: {token}" for token in papers if token not in issued]
        told += [f"{label} was shown and is not on record" for label in self.crowd.shown - set(issued.values())]
        return told

    def on_paper(self) -> list[str]:
        """The hashed token of every whole sheet."""
        tokens = [token_on(sheet) for sheet in self.premises.sheets()]
        return [hashlib.sha256(bytes.fromhex(token)).hexdigest() for token in tokens if token]

    def unmarked(self) -> list[str]:
        """Tickets on several sheets of which more than one is no copy. A copy is longer, by its mark."""
        languages = {body.ticket: body.language for body in self.premises.facts(TicketLanguage)}
        issued = {
            body.token: (body.label, languages[Seq(seq)])
            for seq, body in self.premises.by_seq().items()
            if isinstance(body, TicketIssued)
        }
        lengths: dict[str, list[tuple[str, int]]] = {}
        for sheet in self.premises.sheets():
            token = token_on(sheet)
            if token:
                label, language = issued[hashlib.sha256(bytes.fromhex(token)).hexdigest()]
                with Image.open(sheet) as picture:
                    lengths.setdefault(language, []).append((label, picture.height))
        told = []
        for language, sheets in lengths.items():
            plain_length = min(length for _, length in sheets)
            originals = Counter(label for label, length in sheets if length == plain_length)
            told += [f"{label} twice without a mark ({language})" for label, count in originals.items() if count > 1]
        return told
