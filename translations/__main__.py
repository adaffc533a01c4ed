"""`python -m translations compile | check | extract`: for whoever writes or reviews texts. Needs Babel."""

import sys

from translations import DIRECTORY, tool
from translations.errors import CatalogueFaultError, TranslationsError

USAGE = """usage: python -m translations compile   write every .mo from its .po
       python -m translations check     every text present, complete and allowed, in every language
       python -m translations extract   list every text that the code asks for"""
ROOT = DIRECTORY.parent


def main(arguments: list[str]) -> int:
    """Run one command; 0 when all is well, 1 on faults that it named, 2 on a wrong call."""
    try:
        match arguments:
            case ["compile"]:
                for path in tool.compile_all():
                    print(path.relative_to(ROOT))
            case ["check"]:
                tool.check(root=ROOT)
                for text in tool.unused(DIRECTORY, ROOT):
                    print(f"note: nothing asks for {text}")
                print("translations: complete")
            case ["extract"]:
                for use in tool.uses(ROOT):
                    print(f"{use.place}\t{'|'.join(use.domains)}\t{use.msgid}")
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    except TranslationsError as error:
        for fault in error.faults if isinstance(error, CatalogueFaultError) else ():
            print(fault, file=sys.stderr)
        print(f"translations: {error}\n  what to do: {error.hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
