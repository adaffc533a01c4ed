"""The thread that owns the printer, so that nobody else waits for it."""

import threading
from collections.abc import Callable, Sequence

from hardware.errors import TransportError
from hardware.outcome import Patience
from hardware.print_keeper import Keeper
from hardware.printer import Dots, PrinterEvent, PrintJob
from hardware.profile import GENERIC, Profile
from hardware.transports import Transport
from hardware.waiting import PollWaiting, Waiting


class PrintWorker:
    """A Printer: a thread around a Keeper, which has the rules and explains the arguments. `wake` is called from the
    thread."""

    def __init__(
        self,
        open_transport: Callable[[], Transport],
        wake: Callable[[], None],
        *,
        profile: Profile = GENERIC,
        profiles: Sequence[Profile] = (),
        paper_width: Dots | None = None,
        patience: Patience | None = None,
        waiting: Waiting | None = None,
        answered: bool = False,
    ) -> None:
        self._waiting = waiting or PollWaiting()
        self._keeper = Keeper(
            open_transport,
            wake,
            self._waiting,
            profile=profile,
            profiles=profiles,
            paper_width=paper_width,
            patience=patience,
            answered=answered,
        )
        self._thread = threading.Thread(target=self._keeper.run, name="printer", daemon=True)
        self._closed = False

    def start(self, *, unfinished: bool = False) -> None:
        if unfinished:
            self._keeper.cut_off_first()
        self._thread.start()

    def submit(self, job: PrintJob) -> None:
        """Raises EncoderError for a picture wider than the paper."""
        self._keeper.submit(job)

    @property
    def trouble(self) -> TransportError | None:
        """Why the device cannot be reached, with what a technician does about it; None while it can, or if unknown."""
        return self._keeper.trouble

    def poll(self) -> list[PrinterEvent]:
        return self._keeper.poll()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._keeper.stop()
        if self._thread.ident is not None:
            self._thread.join()
        self._keeper.give_up_jobs()
        self._waiting.close()
