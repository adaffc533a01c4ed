"""The card booted and used: `image/boot-test`."""
