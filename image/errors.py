"""What can go wrong with a card: one family, each with what to do."""


class ImageError(Exception):
    """Something about an image or a card; `hint` says what to do."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint
