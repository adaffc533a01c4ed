"""What of the technician's manual the product's own tables make: drawings, wiring, and what to do for each message."""
