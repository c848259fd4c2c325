"""Text for a terminal: characters that it would obey instead of showing are written out."""


def printable(text: object) -> str:
    r"""The text as one line that can do nothing to a terminal.

    Control characters (ESC, CR, BEL, C1 codes), line ends, bidirectional overrides and halves of
    surrogate pairs (in file names that are no UTF-8) become `\x1b`, `\n`, `\u202e` and so on. So
    the name of a file cannot colour, overwrite or reorder what is said about it.
    """
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(text))
