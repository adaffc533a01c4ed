"""A simulated office day: citizens with habits of their own before the real kiosk, a whole day in minutes.

What is pure here (no I/O, no clock, randomness handed in): streams, arrivals, personas, mind, behaviour, flow, notes,
faults, reckoning. docs/day.md says what the day is and what every figure means.
"""
