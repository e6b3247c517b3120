"""Names of the column types."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Indexes = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]
Moments = npt.NDArray[np.datetime64]
