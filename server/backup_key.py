"""The key pair of backups: the public key goes into server.toml, the secret onto paper and into a safe."""

import io
from typing import Any

import pyrage
import qrcode

from server.errors import SecretUnusable

_PAPER = """\
The secret of the backups. It is shown once and stored nowhere: print this or copy it by hand, twice, and put
the sheets into two safes. Whoever has it can read every backup; without it no backup can be restored.

{secret}

{code}
The public key. It is no secret: under [backup] in server.toml.

for = ["{public}"]
"""


def key_sheet(identity: Any = None) -> str:
    """A new pair as the text of a sheet of paper, the secret also as a QR code."""
    made = identity or pyrage.x25519.Identity.generate()
    code = qrcode.QRCode(border=2)
    code.add_data(str(made))
    drawn = io.StringIO()
    code.print_ascii(drawn)
    return _PAPER.format(secret=made, code=drawn.getvalue(), public=made.to_public())


def secrets_in(text: str) -> list[Any]:
    """The secrets in a file: one a line, in capitals or not, grouped by blanks or not; `#` begins a remark.

    Raises SecretUnusable.
    """
    lines = ["".join(line.split()).upper() for line in text.splitlines() if not line.lstrip().startswith("#")]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line]
    except pyrage.IdentityError as error:
        raise SecretUnusable(f"this is no secret of backups: {error}", hint=_HINT) from error
    if not found:
        raise SecretUnusable("there is no secret in the file", hint=_HINT)
    return found


_HINT = (
    "Copy the line that begins with AGE-SECRET-KEY-1 from the sheet in the safe: 74 characters. A wrong one is found."
)
