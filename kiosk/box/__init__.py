"""The machine as this box: which system starts, and what kiosk.toml makes of it."""
