"""Text for a terminal: what it would obey instead of showing is written out."""


def printable(text: object) -> str:
    r"""The text as one line that can do nothing to a terminal.

    Control characters (ESC, CR, BEL, C1 codes), line ends, bidirectional overrides and the halves of
    surrogate pairs, as file names that are no UTF-8 have them, become `\x1b`, `\n`, `\u202e` and
    so on: a file's name must not be able to colour, overwrite or reorder what is said about it.
    """
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(text))
