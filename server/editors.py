"""The editors of catalogue, calendar and notices, as a part of the console."""

from fastapi import FastAPI

from server.console_calendar import add_calendar
from server.console_catalogue import add_catalogue
from server.console_declare import add_declare
from server.console_groups import add_file, add_groups, add_line
from server.console_notices import add_notices
from server.console_publish import add_publish
from server.console_service import add_service
from server.editor import Editor
from server.office_desk import OfficeDesk
from server.previews import Previews


class Editors:
    """Adds them. `previews` draws what the kiosk would."""

    def __init__(self, desk: OfficeDesk, previews: Previews) -> None:
        self._editor = Editor(desk, previews)

    def add_to(self, app: FastAPI) -> None:
        """Add the routes; those of calendar entries last, for they take any name."""
        for add in (add_catalogue, add_groups, add_line, add_file, add_service):
            add(app, self._editor)
        for add in (add_publish, add_declare, add_notices, add_calendar):
            add(app, self._editor)
