"""What a report lists."""

from lth.settings import Settings


class ListedFigure(Settings):
    """A figure: its name, its title, and which figure of the paper it is, if any."""

    name: str
    title: str
    paper: str = ""


class Difference(Settings):
    """What we do in another way than the paper, or what it leaves open: about what, and why."""

    about: str
    says: str
