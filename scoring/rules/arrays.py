"""Names of the column types."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int8]
Indexes = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]
