"""The still picture that stands on the screen from the first moment until the kiosk draws, as the card has it.

It is raw, a band for each width that screens have, in the form of the kernel's framebuffer (32 bits a pixel: blue,
green, red, nothing). Whoever shows it (systemd/root/usr/lib/scorecard/still-picture) needs a shell and no program that
knows pictures. What is in it is drawn by kiosk.still, with which the kiosk's window begins, too.
"""

from PIL import Image

from kiosk.still import HEIGHT, NARROWEST, centred, picture

WIDTHS = (NARROWEST, 640, 720, 800, 1024, 1080, 1280, 1360, 1366, 1440, 1600, 1680, 1920)
"""On a screen of another width nothing is shown until the kiosk's own window opens."""


def bands() -> dict[str, bytes]:
    """The band of each width by its name, as it is written to the framebuffer."""
    drawn = picture()
    return {str(width): raw(centred(drawn, (width, HEIGHT))) for width in WIDTHS}


def raw(image: Image.Image) -> bytes:
    """XRGB8888, little-endian, as drm_fourcc.h calls it."""
    return image.tobytes("raw", "BGRX")
