"""The candidates of a sweep: a grid of losses and weights, and alternatives to CLP."""

import dataclasses

CLP = "clp"
BLINDNESS = "blindness"
AUGMENTATION = "augmentation"


@dataclasses.dataclass(frozen=True)
class Candidate:
  """One way to train, independent of the seed.

  Attributes:
    method: `CLP`; `BLINDNESS`, which removes identity terms in training and serving; or
      `AUGMENTATION`, which adds counterfactuals as labelled rows.
    loss: Name of the pairwise loss; empty if none is used.
    weight: Weight of the counterfactual loss; `CLP` with weight 0 is the control.
  """

  method: str
  loss: str = ""
  weight: float = 0.0

  @property
  def name(self) -> str:
    """Name for display and files, such as `control`, `clp-mse-0.1` or `blindness`."""
    if self.method != CLP:
      return self.method
    return f"clp-{self.loss}-{self.weight:g}" if self.weight else "control"


CONTROL = Candidate(CLP)


def grid(
  weights: tuple[float, ...], losses: tuple[str, ...], blindness: bool = True
) -> list[Candidate]:
  """Returns the distinct candidates of a sweep, starting with the control.

  The control is included even if 0 is not among the weights, because the bound on AUC
  is relative to it. With weight 0 the loss does not matter.

  Args:
    weights: Weights of at least 0.
    losses: Names of pairwise losses.
    blindness: Whether to include blindness, which needs the first counterfactual of
      each text to be the text without its terms, as ablation generates it.
  """
  clp = [
    Candidate(CLP, loss, weight)
    for loss in dict.fromkeys(losses)
    for weight in sorted(set(weights) - {0.0})
  ]
  others = [BLINDNESS, AUGMENTATION] if blindness else [AUGMENTATION]
  return [CONTROL, *clp, *map(Candidate, others)]
