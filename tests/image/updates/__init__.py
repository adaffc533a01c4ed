"""Updates on the card that was made: `./prove image`."""
