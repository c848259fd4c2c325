"""The checks of HDF5 files by kind."""

from lth.study.faults.mask import mask_faults
from lth.study.faults.rewound import rewound_faults
from lth.study.faults.run import run_faults
from lth.study.faults.theta0 import theta0_faults

FAULTS = {
    "theta0": theta0_faults,
    "rewound": rewound_faults,
    "mask": mask_faults,
    "run": run_faults,
}
