"""Nothing is left out: every operation has a domain, every public name a test, and the names are the ones we mean."""

import re
from pathlib import Path

import pytest

import autograd_lite as ag
import nn
from nn.activations import MODULES
from tests.nn.losses.test_losses import CASES
from tests.support.domains import DIFFERENTIABLE, DOMAINS, PACKAGED, PLAIN
from tests.tools import mutants

TESTS = Path(__file__).parent

AUTOGRAD_LITE = """
AutogradError GradientMismatch NonFiniteError Objective Table Tensor Var abs acos acosh add affine all any arange argmax
argmin argsort array_split asarray asin asinh astype atan atan2 atanh average bilinear bitwise_and bitwise_invert
bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor block bool broadcast_arrays broadcast_to can_cast ceil
check_grads checkpoint clip complex128 complex64 concat conj convolve copysign corrcoef correlate cos cosh count_nonzero
cov cross cumulative_logsumexp cumulative_max cumulative_min cumulative_prod cumulative_sum debug diag diff divide dot
draw e einsum elementwise empty empty_like equal errors exp exp2 expand_dims expm1 eye fft finfo flip float32 float64
floor floor_divide from_dlpack full full_like general grad gradient greater greater_equal group hessian histogram hmc
hvp hypot iinfo imag inf inner int16 int32 int64 int8 interp isdtype isfinite isin isinf isnan jacobian jvp kron ledger
less less_equal linalg linear linspace log log10 log1p log2 log_softmax logaddexp logical_and logical_not logical_or
logical_xor logsumexp matmul matrix_transpose max maximum mcmc mean mechanics median meshgrid min minimum moveaxis
multiply nan nan_to_num nancumprod nancumsum nanmax nanmean nanmedian nanmin nanpercentile nanprod nanquantile nanstd
nansum nanvar negative newaxis nextafter no_grad nonzero not_equal ode ones ones_like outer pad partials percentile
permute_dims pi polyval positive pow prod ptp quantile ravel real reciprocal relu remainder repeat replay reshape
result_type roll rot90 round searchsorted sensitivity sigmoid sign signbit sin sinc sinh softmax softplus sort special
sqrt square squared_error squeeze stack std stop_gradient subtract sum sum_to swapaxes take take_along_axis tan tanh
tape tensordot tick tile trace trapezoid tril triu trunc uint16 uint32 uint64 uint8 unique_all unique_counts
unique_inverse unique_values unstack value_and_grad var vecdot vjp where zeros zeros_like
"""

NN = """
Activation Adadelta Adagrad Adam AdamW Adamax AlphaDropout Arctan BCELoss BCEWithLogitsLoss BFGS BatchNorm Bilinear
BinaryStep Buffer CELU ChainedScheduler Checkpoint CosineAnnealingLR CosineAnnealingWarmRestarts CosineEmbeddingLoss
CrossEntropyLoss Dropout ELU EMA Embedding Ensemble Epoch Explanation ExponentialLR FileError Flatten FourierFeatures
GELU GELUTanh GLU GaussianNLLLoss GroupNorm Hardshrink Hardsigmoid Hardswish Hardtanh HingeEmbeddingLoss HingeLoss
History HuberLoss ISRU Identity KLDivLoss L1Loss LBFGS Lambda LambdaLR LayerNorm LeakyReLU Linear LinearLR Lion
LogSigmoid LogSoftmax Loss MLP MSELoss MarginRankingLoss Mish Module MultiLabelMarginLoss MultiLabelSoftMarginLoss
MultiMarginLoss MultiStepLR NAdam NLLLoss NewtonCG OneCycleLR Optimizer PReLU Parameter PoissonNLLLoss PolynomialLR
Posterior RAdam RMSNorm RMSprop RReLU ReLU ReLU6 ReduceLROnPlateau Residual RidgeSum Rprop SELU SGD SWA Schedule
Sequential SequentialLR SiLU Sigmoid Sine SkipConcat SmoothL1Loss SoftMarginLoss Softmax Softmin Softplus Softshrink
Softsign Squareplus StateError StepLR Tanh Tanhshrink Threshold TripletMarginLoss TripletMarginWithDistanceLoss
Unflatten Watch arctan attribution binary_cross_entropy binary_cross_entropy_with_logits binary_step calibration celu
clip_grad_norm_ clip_grad_value_ cosine_embedding_loss cross_entropy data elu explain fit functional_call
gaussian_nll_loss gelu gelu_tanh glu hardshrink hardsigmoid hardswish hardtanh hinge_embedding_loss hinge_loss
huber_loss identity init io isru kl_div l1_loss leaky_relu load log_sigmoid log_softmax margin_ranking_loss mish
momentum mse_loss multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss nll_loss optimizer physics plot
poisson_nll_loss predict prelu relu relu6 rrelu save schedule scheduler selu sigmoid silu sine smooth_l1_loss
soft_margin_loss softmax softmin softplus softshrink softsign squareplus summary surfaces tables tanh tanhshrink
threshold training_step triplet_margin_loss triplet_margin_with_distance_loss
"""


def mentioned(package):
    """The names that some test writes after ``package.``."""
    text = "\n".join([path.read_text() for path in TESTS.rglob("*.py") if path != Path(__file__)])
    return {name for path in re.findall(rf"\b{package}((?:\.\w+)+)", text) for name in path.split(".")}


def test_every_operation_has_a_domain():
    """A new operation is walked by every property test from its first day."""
    assert PACKAGED - DOMAINS.keys() == set(), "operations without a record in tests/support/domains.py"
    assert DOMAINS.keys() - PACKAGED == set(), "records of operations that do not exist"
    assert set(DIFFERENTIABLE) | set(PLAIN) == set(DOMAINS)


def test_every_domain_has_examples_with_entries():
    """A test over empty arrays alone could not fail."""
    for name, domain in DOMAINS.items():
        assert any(all(0 not in shape for shape in case.shapes) for case in domain.family.examples), name


def test_every_rule_has_mutants():
    """The mutation check reaches every operation that has derivatives."""
    for name in DIFFERENTIABLE:
        assert list(mutants.mutants(name)), name


@pytest.mark.parametrize(("package", "pinned"), [(ag, AUTOGRAD_LITE), (nn, NN)])
def test_exported_names_are_pinned(package, pinned):
    """A name is added or taken away on purpose, here too."""
    assert sorted(package.__all__) == sorted(pinned.split())
    assert all(hasattr(package, name) for name in package.__all__)


def test_every_public_name_of_the_engine_is_tested():
    """Written in some test as ``ag.name``, or walked as an operation."""
    assert set(ag.__all__) - mentioned("ag") - DOMAINS.keys() == set()


def test_every_public_name_of_nn_is_tested():
    """Written in some test as ``nn.name``, or walked with the other activations and losses."""
    walked = {*MODULES, *[module.__name__ for module in MODULES.values()]}
    losses = {name for name, *_ in CASES}
    walked |= losses | {n for n in nn.__all__ if getattr(getattr(nn, n), "function", int).__name__ in losses}
    assert set(nn.__all__) - mentioned("nn") - walked == set()
