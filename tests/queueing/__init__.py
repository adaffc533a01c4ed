"""A simulated hall: the queue's own rule and fold under seeded days, and the report that docs/queue.md shows."""
