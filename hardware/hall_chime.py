"""The chime of the hall before a number is called: `python -m hardware.hall_chime FILE` writes it as a WAV file.

Two tones downward, longer and lower than the one that thanks for a press: nobody takes one for the other. The file lies
in translations/, beside the clips of speech, for the server imports no hardware.
"""

import sys
from pathlib import Path

from hardware.sound import tones_wav

TONES_HZ = (659.26, 523.25)
"""E5 and C5: a major third down, in the middle of what old ears still hear well."""
TONE_S = 0.55
VOLUME = 200
"""Percent of the chime for a press: a hall is larger than the place before a kiosk. Still below full scale."""


def hall_chime_wav() -> bytes:
    """The WAV file."""
    return tones_wav(TONES_HZ, TONE_S, VOLUME)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(hall_chime_wav())
