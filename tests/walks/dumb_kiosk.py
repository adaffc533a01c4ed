"""The control: a kiosk that is out of order and hides why."""

import sys

from kiosk import view_trouble
from kiosk.__main__ import main


def _hidden(code: str, language: str) -> str:
    return "…"


if __name__ == "__main__":
    vars(view_trouble)["reason"] = _hidden
    sys.exit(main(sys.argv[1:]))
