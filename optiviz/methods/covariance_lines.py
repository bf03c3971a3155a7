"""CMA-ES as lines to read: the texts of its listing, full or separable, with or without restarts.

Numbers of equations are those of Hansen (2016), The CMA evolution strategy: a tutorial.
"""

from optiviz.engine.listing import Listing


def listing(*, sized: bool, separable: bool, restarts: bool) -> Listing:
    """Return the listing.

    Parameters
    ----------
    sized : bool
        The size of the population is set; else it follows from the dimension.
    separable, restarts : bool
        Only the diagonal of C is learned; it starts anew where it is stuck.
    """
    full = not separable
    first_size = "population_size" if sized else "4 + floor(3 * log(dim))"
    before = ["fx, dim = f(x), len(x)"]
    helpers = [_HELPERS]
    if restarts:
        before += ["restart = 0"]
        loop = [_RATES_OF_RESTART]
        helpers += [_RATES_AFTER.format(size=first_size)]
    else:
        before += [f"size = {first_size}"]
        loop = [_RATES]
    before += [_FULL_START if full else _SEPARABLE_START]
    before += ["recent = np.empty(0)  # best values of the last generations"] if restarts else []
    loop += [_DRAWN.format(y="z * D @ B.T" if full else "z * d")]
    mean_z = "weights[:mu] @ z[:mu]"
    loop += [_MOVED.format(white=f"B @ ({mean_z})" if full else mean_z)]
    loop += ["age, recent = age + 1, lately(recent, values)" if restarts else "age += 1"]
    loop += [_LEARNED, *((_FULL, _FULL_AXES) if full else (_SEPARABLE, _SEPARABLE_AXES))]
    helpers += [_FULL_DECOMPOSED if full else _SEPARABLE_DECOMPOSED]
    helpers += [_FULL_RATES if full else _SEPARABLE_RATES]
    loop += ["x, fx = points[order[0]], values[order[0]]"]
    if restarts:
        loop += [_FULL_RESTART if full else _SEPARABLE_RESTART]
        helpers += [
            _STUCK.format(
                axes="C, B, D" if full else "c, d",
                D="D" if full else "d",
                deviations="np.sqrt(C.diagonal())" if full else "d",
                axis=_NO_EFFECT_AXIS if full else "",
            )
        ]
        helpers += [_FULL_ANEW if full else _SEPARABLE_ANEW]
    return Listing("\n".join(before), "\n".join(loop), "\n\n\n".join(helpers))


_FULL_START = """\
mean, step_size = x, sigma
C, B, D = np.eye(dim), np.eye(dim), np.ones(dim)  # C is B · diag(D²) · Bᵀ
p_s, p_c, age, known = np.zeros(dim), np.zeros(dim), 0, 0"""
_SEPARABLE_START = """\
mean, step_size = x, sigma
c, d = np.ones(dim), np.ones(dim)  # the diagonal is all of C; its roots
p_s, p_c, age = np.zeros(dim), np.zeros(dim), 0"""

_RATES = "weights, mu, mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, chi = rates(dim, size)"
_RATES_OF_RESTART = """\
size, weights, mu, mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, chi = rates_after(restart)"""
_DRAWN = """\
z = normals("generation", size * dim).reshape(size, dim)
y = {y}  # of N(0, C)
points = mean + step_size * y
values = np.fmin(f(points), np.inf)  # a point without a value is worst
order = np.argsort(values, kind="stable")
y, z = y[order], z[order]"""
_MOVED = """\
y_mean = weights[:mu] @ y[:mu]
mean = mean + step_size * y_mean
p_s = path(p_s, c_sigma, {white})
step_size = grown(step_size, norm(p_s), values[order])"""
_LEARNED = """\
steady = is_steady(norm(p_s), age)
p_c = path(p_c, c_c, steady * y_mean)"""
_FULL = """\
C = kept(steady) * C + c_1 * np.outer(p_c, p_c) + c_mu * (y.T * active(z) @ y)"""
_SEPARABLE = "c = kept(steady) * c + c_1 * p_c**2 + c_mu * (weights @ y**2)"
_FULL_AXES = """\
if (age - known) * 10 * dim * (c_1 + c_mu) > 1:  # so rarely that it costs little
    step_size, C, B, D, p_c, known = *decomposed(step_size, C, p_c), age"""
_SEPARABLE_AXES = "step_size, c, d, p_c = decomposed(step_size, c, p_c)"
_FULL_RESTART = """\
if restart < restarts and is_stuck(mean, step_size, C, B, D, p_c, age, recent, values):
    restart, mean, step_size, C, B, D, p_s, p_c, age, known, recent = anew(restart + 1)"""
_SEPARABLE_RESTART = """\
if restart < restarts and is_stuck(mean, step_size, c, d, p_c, age, recent, values):
    restart, mean, step_size, c, d, p_s, p_c, age, recent = anew(restart + 1)"""

_HELPERS = '''\
from math import ceil, exp, floor, log, sqrt

from numpy.linalg import norm


def path(before, c, step):
    """Return a path of steps that fades at the rate c: eq. 43 and 45."""
    return (1 - c) * before + sqrt(c * (2 - c) * mu_eff) * step


def grown(step_size, length, ranked):
    """Return the step size, larger where the path is long (eq. 44) or the values are flat."""
    power = c_sigma / d_sigma * (length / chi - 1)
    if ranked[0] == ranked[ceil(0.7 * size) - 1]:
        power += 0.2 + c_sigma / d_sigma
    return min(max(step_size * exp(power), 1e-150), 1e150)


def is_steady(length, age):
    """Whether a path of this age is about as long as chance alone makes it: h_sigma of eq. 45."""
    return length / sqrt(1 - (1 - c_sigma) ** (2 * age)) < (1.4 + 2 / (dim + 1)) * chi


def kept(steady):
    """Return how much of C is kept, more where the path is not steady: eq. 47."""
    lost = 0.0 if steady else c_c * (2 - c_c)
    return 1 + c_1 * lost - c_1 - c_mu * weights.sum()


def worth(weights):
    """Return the number of equal weights that average out as much as these: mu_eff."""
    return weights.sum() ** 2 / (weights**2).sum()'''

_RATES_AFTER = '''\
def rates_after(restart):
    """Return the size of the population after some restarts, and its rates."""
    size = {size}
    most = max(size, min(2_000, 2**23 // dim))
    size = int(min(most, size * growth**restart))
    return size, *rates(dim, size)'''
_FULL_RATES = '''\
def active(z):
    """Return the weights, of which negative ones count by the length of their step: eq. 46."""
    lengths = np.maximum((z * z).sum(axis=1), np.finfo(float).tiny)
    return weights * np.where(weights >= 0, 1, dim / lengths)


def rates(n, size):
    """Return weights, mu, mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu and chi: Hansen's table 1."""
    mu = size // 2
    raw = log((size + 1) / 2) - np.log(np.arange(1, size + 1))  # eq. 49
    mu_eff = worth(raw[:mu])
    c_sigma = (mu_eff + 2) / (n + mu_eff + 5)
    d_sigma = 1 + 2 * max(0.0, sqrt((mu_eff - 1) / (n + 1)) - 1) + c_sigma
    c_c = (4 + mu_eff / n) / (n + 4 + 2 * mu_eff / n)
    c_1 = 2 / ((n + 1.3) ** 2 + mu_eff)
    c_mu = min(1 - c_1, 2 * (mu_eff - 2 + 1 / mu_eff) / ((n + 2) ** 2 + mu_eff))
    most = 1 + 2 * worth(raw[mu:]) / (mu_eff + 2)  # eq. 51
    if c_mu > 0:
        most = min(most, 1 + c_1 / c_mu, (1 - c_1 - c_mu) / (n * c_mu))  # eq. 50, 52
    positive, negative = raw[:mu].sum(), -raw[raw < 0].sum()
    weights = np.where(raw >= 0, raw / positive, raw * most / negative)  # eq. 53
    chi = sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))  # E |N(0, I)|
    return weights, mu, mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, chi'''
_SEPARABLE_RATES = '''\
def rates(n, size):
    """Return weights, mu, mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu and chi: Ros & Hansen (2008)."""
    mu = size // 2
    raw = np.zeros(size)
    raw[:mu] = log(mu + 1) - np.log(np.arange(1, mu + 1))
    mu_eff = worth(raw[:mu])
    c_sigma = (mu_eff + 2) / (n + mu_eff + 3)
    d_sigma = 1 + 2 * max(0.0, sqrt((mu_eff - 1) / (n + 1)) - 1) + c_sigma
    c_c = 4 / (n + 4)
    c_cov = 2 / mu_eff / (n + sqrt(2)) ** 2
    c_cov += (1 - 1 / mu_eff) * min(1, (2 * mu_eff - 1) / ((n + 2) ** 2 + mu_eff))
    c_cov = min(1, c_cov * (n + 2) / 3)  # fewer parameters are learned faster
    chi = sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))  # E |N(0, I)|
    weights = raw / raw[:mu].sum()
    c_1, c_mu = c_cov / mu_eff, c_cov * (1 - 1 / mu_eff)
    return weights, mu, mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, chi'''

_FULL_DECOMPOSED = '''\
def decomposed(step_size, C, p_c):
    """Return them with the axes B of C and its scales D, where rounding doesn't decide."""
    variances, B = np.linalg.eigh(C)
    highest, lowest = variances.max(), variances.min()
    if lowest <= 0 or highest / lowest > 1e14:
        more = highest / 1e14 - lowest
        variances, C = variances + more, C + more * np.eye(dim)
    if not 1e-30 < highest < 1e30:  # what C has grown by alone belongs to the step size
        variances, C, p_c = variances / highest, C / highest, p_c / sqrt(highest)
        step_size = min(max(step_size * sqrt(highest), 1e-150), 1e150)
    return step_size, C, B, np.sqrt(variances), p_c'''
_SEPARABLE_DECOMPOSED = '''\
def decomposed(step_size, c, p_c):
    """Return them with the roots d of c, where rounding doesn't decide."""
    highest, lowest = c.max(), c.min()
    if lowest <= 0 or highest / lowest > 1e14:
        c = c + (highest / 1e14 - lowest)
    if not 1e-30 < highest < 1e30:  # what c has grown by alone belongs to the step size
        c, p_c = c / highest, p_c / sqrt(highest)
        step_size = min(max(step_size * sqrt(highest), 1e-150), 1e150)
    return step_size, c, np.sqrt(c), p_c'''

_NO_EFFECT_AXIS = """\
 or (mean == mean + 0.1 * step_size * D[age % dim] * B[:, age % dim]).all()"""
_STUCK = '''\
def lately(recent, values):
    """Return the best values of the last generations, as many as are compared."""
    return np.append(recent, values.min())[-window() :]


def window():
    """Return how many generations are compared."""
    return 10 + ceil(30 * dim / size)


def is_stuck(mean, step_size, {axes}, p_c, age, recent, values):
    """Whether nothing more will come of a distribution: Auger & Hansen (2005), section 2."""
    if ({D}.max() / {D}.min()) ** 2 > 1e14 * (1 - 1e-12):  # so it was, and was made longer
        return True
    if len(recent) == window():
        low, high = recent.min(), recent.max()
        if low == high or max(high, values.max()) - low < 1e-12:
            return True
    deviations = {deviations}
    if step_size * max(deviations.max(), np.abs(p_c).max()) < 1e-12 * sigma:
        return True
    no_effect = (mean == mean + 0.2 * step_size * deviations).any()
    return no_effect{axis}'''
_FULL_ANEW = '''\
def anew(restart):
    """Return the restart's number, and a distribution that knows nothing yet, elsewhere."""
    mean, zeros = sample("restart", restart, 1)[0], np.zeros(dim)
    I = np.eye(dim)
    return restart, mean, sigma, I, I, np.ones(dim), zeros, zeros, 0, 0, np.empty(0)'''
_SEPARABLE_ANEW = '''\
def anew(restart):
    """Return the restart's number, and a distribution that knows nothing yet, elsewhere."""
    mean, ones, zeros = sample("restart", restart, 1)[0], np.ones(dim), np.zeros(dim)
    return restart, mean, sigma, ones, ones, zeros, zeros, 0, np.empty(0)'''
