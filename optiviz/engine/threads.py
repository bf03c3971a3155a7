"""One BLAS thread: two were 7 times slower on small networks, and change the last bits."""

import os
from functools import cache

_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


def ask_for_one_blas_thread() -> None:
    """Set what BLAS libraries read when they are loaded; call it before numpy is imported."""
    for name in _VARIABLES:
        os.environ[name] = "1"


@cache
def use_one_blas_thread() -> None:
    """Limit the libraries that are already loaded, for programs that imported numpy first."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")
