"""What makes the card that a technician flashes, and boots it on a machine that is not there (QEMU)."""
