"""`python -m fonts make` makes the faces anew; `python -m fonts check` checks those that are here."""

import sys
from pathlib import Path

from fonts.errors import FontsError
from fonts.faces import check

USAGE = "usage: python -m fonts make [DIRECTORY] | check [DIRECTORY]"


def main(arguments: list[str]) -> int:
    """Run one command; 0 when it succeeded, 1 on a fault that it named, 2 on a wrong call."""
    directory = Path(arguments[1]) if len(arguments) > 1 else Path(__file__).parent
    try:
        match arguments[:1]:
            case ["make"]:
                # fontTools is a development package: the appliance runs `check` without it.
                from fonts.make import make

                for name, digest in make(directory).items():
                    print(digest, name)
            case ["check"]:
                check(directory)
                print("fonts: Raqm present, every face as it should be")
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    except FontsError as error:
        print(f"fonts: {error}\n  what to do: {error.hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
