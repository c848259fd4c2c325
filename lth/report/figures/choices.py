"""The kinds of figures, which settings choose by `kind`."""

from lth.report.figures.curves import Curves
from lth.report.figures.density import Density

Figure = Density | Curves
