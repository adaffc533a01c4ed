import pytest

from hardware.errors import HardwareError, PictureError
from hardware.printer import (
    MAX_JOB_ID,
    UNREACHABLE,
    Bitmap,
    Dots,
    Finished,
    Outcome,
    PaperStatus,
    Printer,
    PrintJob,
    RecordingPrinter,
    StatusChanged,
)
from tests.hardware.pictures import plain_ticket


@pytest.mark.parametrize(("width", "height", "size"), [(9, 1, 2), (0, 1, 0), (8, 0, 0), (8, 2, 1), (8, -1, 0)])
def test_a_bitmap_that_no_printer_can_print_is_refused_with_a_hint(width: int, height: int, size: int) -> None:
    with pytest.raises(PictureError) as refused:
        Bitmap(Dots(width), Dots(height), bytes(size))
    assert refused.value.hint
    assert isinstance(refused.value, HardwareError)


def test_rows_are_counted_from_the_top() -> None:
    assert Bitmap(Dots(16), Dots(2), b"abcd").row(1) == b"cd"


@pytest.mark.parametrize("job_id", [0, -1, MAX_JOB_ID + 1])
def test_a_job_id_that_cannot_be_echoed_is_refused(job_id: int) -> None:
    with pytest.raises(PictureError):
        PrintJob(job_id, plain_ticket())


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (UNREACHABLE, "unreachable"),
        (PaperStatus(True), None),
        (PaperStatus(True, "near-end", False, False, True), None),
        (PaperStatus(True, "out", False, False, False), "paper-out"),
        (PaperStatus(True, "out", True, False, False), "cover-open"),
        (PaperStatus(True, "ok", False, True, True), "cutter"),
        (PaperStatus(True, None, None, None, False), "offline"),
    ],
)
def test_a_fault_is_what_to_repair_first_and_unknown_is_no_fault(status: PaperStatus, fault: str | None) -> None:
    assert status.fault == fault
    assert status.can_print is (fault is None)


def test_the_recording_printer_keeps_jobs_and_answers_in_turn() -> None:
    wakes: list[int] = []
    recording = RecordingPrinter(lambda: wakes.append(1), answers=[Outcome.UNCERTAIN])
    printer: Printer = recording
    printer.start()
    printer.submit(PrintJob(1, plain_ticket()))
    printer.submit(PrintJob(2, plain_ticket()))
    assert [type(event) for event in printer.poll()] == [StatusChanged, Finished, Finished]
    assert [job.job_id for job in recording.jobs] == [1, 2]
    assert len(wakes) == 3
    assert printer.poll() == []


def test_the_recording_printer_refuses_while_it_has_a_fault_and_ends_held_jobs_at_close() -> None:
    printer = RecordingPrinter(hold=True)
    printer.submit(PrintJob(1, plain_ticket()))
    printer.set_status(UNREACHABLE)
    printer.submit(PrintJob(2, plain_ticket()))
    printer.close()
    finished = [event for event in printer.poll() if isinstance(event, Finished)]
    assert [(event.job_id, event.outcome) for event in finished] == [
        (2, Outcome.NOT_STARTED),
        (1, Outcome.NOT_STARTED),
    ]
