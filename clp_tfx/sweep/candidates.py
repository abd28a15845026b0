"""What a sweep trains: the grid of losses and weights, and what it compares with."""

import dataclasses

CLP = "clp"
BLINDNESS = "blindness"
AUGMENTATION = "augmentation"


@dataclasses.dataclass(frozen=True)
class Candidate:
  """One way to train, whatever the seed.

  Attributes:
    method: `CLP`; `BLINDNESS`, where texts lose their identity terms in training and
      in serving; or `AUGMENTATION`, where counterfactuals are further labelled rows.
    loss: Name of the pairwise loss; empty where none is used.
    weight: Of the counterfactual loss; 0 with `CLP` is the control.
  """

  method: str
  loss: str = ""
  weight: float = 0.0

  @property
  def name(self) -> str:
    """Its name for people and files: `control`, `clp-mse-0.1`, `blindness`."""
    if self.method != CLP:
      return self.method
    return f"clp-{self.loss}-{self.weight:g}" if self.weight else "control"


CONTROL = Candidate(CLP)


def grid(
  weights: tuple[float, ...], losses: tuple[str, ...], blindness: bool = True
) -> list[Candidate]:
  """Returns every candidate of a sweep, the control first, none twice.

  The control is among them whether or not 0 is among the weights: the AUC bound is a
  drop from it. With weight 0 the loss does not matter.

  Args:
    weights: Each at least 0.
    losses: Names of pairwise losses.
    blindness: Whether the first counterfactual of a text is the text without its terms,
      as ablation makes it; with others there is no text that a blind model sees.
  """
  clp = [
    Candidate(CLP, loss, weight)
    for loss in dict.fromkeys(losses)
    for weight in sorted(set(weights) - {0.0})
  ]
  others = [BLINDNESS, AUGMENTATION] if blindness else [AUGMENTATION]
  return [CONTROL, *clp, *map(Candidate, others)]
