"""python-escpos, loaded once and without the traces that its import leaves. Only its encoder is used.

Importing it makes a temporary folder that stays (the default of an `environ.get` is computed even when the
variable is set), parses the data of every printer model, and gives the root logger a handler.
"""

import importlib
import json
import logging
import os
import shutil
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import Any

_ONE_PROFILE = {
    "profiles": {"default": {"name": "Default", "codePages": {}, "features": {"paperFullCut": True}, "fonts": {}}},
    "encodings": {},
}
_loading = threading.Lock()


def new_encoder() -> Any:
    """A fresh `escpos.printer.Dummy`, whose `.output` is the bytes so far. Takes a moment the first time."""
    return _dummy_class()()


@cache
def _dummy_class() -> Any:
    with _loading, tempfile.TemporaryDirectory(prefix="escpos-") as folder:
        profile = Path(folder, "capabilities.json")
        profile.write_text(json.dumps(_ONE_PROFILE), encoding="utf-8")
        before = {name: os.environ.pop(name, None) for name in _VARIABLES}
        handlers = list(logging.getLogger().handlers)
        os.environ["ESCPOS_CAPABILITIES_FILE"] = str(profile)
        try:
            capabilities: Any = importlib.import_module("escpos.capabilities")
            shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
            return importlib.import_module("escpos.printer.dummy").Dummy
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
            logging.getLogger().handlers[:] = handlers


_VARIABLES = ("ESCPOS_CAPABILITIES_FILE", "ESCPOS_CAPABILITIES_PICKLE_DIR")
