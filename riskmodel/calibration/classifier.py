"""The score as a classifier of scikit-learn, to stand in a pipeline beside others.

Nothing is learned from data: the weights are set by hand, and `fit` looks only at the
columns and at what the two classes are called.
"""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import (
    assert_all_finite,
    check_array,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from riskmodel.inputs.problems import Problem
from riskmodel.inputs.reading import Answers, read_frame, refuse_others
from riskmodel.inputs.tables import folded
from riskmodel.inputs.told import quoted
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import UnknownColumnWarning
from riskmodel.scoring.calibration_file import load_calibration
from riskmodel.scoring.engine import Engine, engine
from riskmodel.scoring.probability import Calibration

Array = NDArray[np.float64]

_NO_CRAMP = frozenset({
    "no", "n", "false", "nein", "non", "nej", "nee", "nao", "kein", "none", "0",
    "no cramp", "no cramps", "kein krampf", "keine krampfe",
})  # fmt: skip
_CRAMP = frozenset({
    "yes", "y", "true", "ja", "si", "oui", "sim", "1",
    "cramp", "cramps", "krampf", "krampfe", "crampe", "calambre", "crampo",
})  # fmt: skip


class CrampRiskClassifier(ClassifierMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Whether a cramp comes in a planned session, as a classifier of scikit-learn.

    The chance is that of `riskmodel.assess_frame`, the decision function the points, and
    as a transformer it gives the points of each factor.  The score is weighted by hand
    and no fit changes it; to bring its chances to a rate of your own data, put it into
    `sklearn.calibration.CalibratedClassifierCV`, which fits a curve over the points.

    Parameters
    ----------
    scorecard : Scorecard or str, optional
        Another scorecard than the one that comes with the package, or its version.
    calibration : Calibration or str, optional
        Made for that scorecard; without one another scorecard has points only.
    pos_label : optional
        The label that is a cramp, where the labels do not say it themselves as 0 and 1,
        True and False, or yes and no do.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        Labels in their order.
    cramp_place_ : int
        Which of them is a cramp, 0 or 1.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Columns of the frame it was fitted to.

    Notes
    -----
    `predict` names the likelier class, by a chance above one half; with cramps as rare
    as they are that is mostly none.  `sklearn.model_selection.FixedThresholdClassifier`
    takes another limit.

    Examples
    --------
    >>> import pandas as pd
    >>> sessions = pd.DataFrame({"sport": "running", "duration_min": [60, 240],
    ...     "session_rpe": [4, 9], "age_years": 40, "air_temperature_c": [12, 31],
    ...     "relative_humidity_pct": 60})
    >>> score = CrampRiskClassifier().fit(sessions, [0, 1])
    >>> bool(score.predict_proba(sessions)[0, 1] < score.predict_proba(sessions)[1, 1])
    True
    """

    def __init__(
        self,
        scorecard: Scorecard | str | None = None,
        calibration: Calibration | str | None = None,
        pos_label: Any = None,
    ) -> None:
        self.scorecard = scorecard
        self.calibration = calibration
        self.pos_label = pos_label

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.poor_score = True  # of made-up numbers it knows nothing
        tags.input_tags.allow_nan = True  # a question that is open
        tags.input_tags.string = tags.input_tags.categorical = True
        tags.target_tags.required = False
        tags.transformer_tags.preserves_dtype = []
        return tags

    def fit(self, X: pd.DataFrame, y: ArrayLike | None = None) -> Self:
        """Check the sessions and what the classes are called; nothing is learned.

        Parameters
        ----------
        X : pandas.DataFrame
            One session a row, columns named as in `riskmodel.FIELDS`.
        y : array-like of shape (n_sessions,), optional
            Whether a cramp came, two labels; 0 and 1 by default.

        Returns
        -------
        CrampRiskClassifier
            This one.

        Raises
        ------
        TypeError
            If `X` is no frame, whose columns have names.
        ValueError
            If a session cannot be scored, there are not two classes, or neither they nor
            `pos_label` say which is a cramp.

        Warns
        -----
        UnknownColumnWarning
            If there are columns that are no input; they are named.
        """
        check_consistent_length(X, y)
        classes = np.array([0, 1]) if y is None else _two_classes(y)
        place = self._cramp_place(classes)
        answers = self._answers(X, reset=True)
        if answers.unknown_columns:
            unknown = (Problem(n, "no_such_input") for n in answers.unknown_columns)
            warnings.warn(" ".join(map(str, unknown)), UnknownColumnWarning, stacklevel=2)
        self.classes_, self.cramp_place_ = classes, place
        return self

    def _cramp_place(self, classes: NDArray[Any]) -> int:
        """Which of two labels is a cramp."""
        if self.pos_label is None:
            said = [_says_cramp(label) for label in classes.tolist()]
        else:
            said = [bool(label == self.pos_label) for label in classes.tolist()]
        if sorted(map(str, said)) != ["False", "True"]:
            labels = " and ".join(quoted(str(label), 40) for label in classes.tolist())
            raise ValueError(
                f"Which of {labels} is a cramp? Say it as "
                "CrampRiskClassifier(pos_label=...), or write 1 for a cramp and 0 for none."
            )
        return said.index(True)

    def predict_proba(self, X: pd.DataFrame) -> Array:
        """Chance of no cramp and of at least one.

        Parameters
        ----------
        X : pandas.DataFrame
            As for `fit`.

        Returns
        -------
        ndarray of shape (n_sessions, 2)
            In the order of `classes_`.

        Raises
        ------
        ValueError
            If a session cannot be scored, or the scorecard has no calibration.
        """
        used = self._engine()
        if used.calibration is None:
            raise ValueError(
                "This scorecard has not been calibrated and has points only: take "
                "decision_function, or a calibration as cramprisk calibrate makes it."
            )
        answers = self._answers(X)
        chance = used.run(answers, detail=False).chances["probability"]
        columns = [1.0 - chance, chance]
        return np.column_stack(columns if self.cramp_place_ else columns[::-1])

    def predict(self, X: pd.DataFrame) -> NDArray[Any]:
        """Name the likelier class of each session."""
        cramps = self.predict_proba(X)[:, 1] > 0.5
        likelier: NDArray[Any] = self.classes_[cramps.astype(np.intp)]
        return likelier

    def decision_function(self, X: pd.DataFrame) -> Array:
        """Total points of each session, in half points; 0 is the best.

        Below 0 where the first label is the cramp, as scikit-learn takes higher values for
        the second.
        """
        points = self._engine().run(self._answers(X), detail=False).total_points
        return points if self.cramp_place_ else -points

    def transform(self, X: pd.DataFrame) -> Array:
        """Points of each factor, as `get_feature_names_out` calls them."""
        points: Array = self._engine().run(self._answers(X), detail=True).points.T
        return points

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Names of the columns of `transform`: ``points_<factor>``, whatever is put in."""
        check_is_fitted(self)
        factors = self._engine().scorecard.factors
        return np.array([f"points_{factor.name}" for factor in factors], dtype=object)

    def _engine(self) -> Engine:
        card, curves = self.scorecard, self.calibration
        return engine(
            load_scorecard(card) if isinstance(card, str) else card,
            load_calibration(curves) if isinstance(curves, str) else curves,
        )

    def _frame(self, X: pd.DataFrame, *, reset: bool) -> pd.DataFrame:
        """Refuse what is no frame with sessions, and what has other columns than before."""
        if not isinstance(X, pd.DataFrame):
            # What is wrong with an array is told in scikit-learn's own words.
            check_array(X, dtype=None, ensure_all_finite=False)
        refuse_others(X)
        if X.empty:
            raise ValueError(
                f"Found array with {len(X)} sample(s) and {X.shape[1]} feature(s) "
                f"(shape={X.shape}) while a minimum of 1 is required."
            )
        validate_data(self, X, reset=reset, skip_check_array=True)
        return X

    def _answers(self, X: pd.DataFrame, *, reset: bool = False) -> Answers:
        """Read the sessions, every one of which must have a score."""
        if not reset:
            check_is_fitted(self)
        frame = self._frame(X, reset=reset)
        answers = read_frame(frame)
        bad = np.flatnonzero(~answers.usable())
        if bad.size:
            first = answers.problem_texts()[bad[0]]
            raise ValueError(
                f"{bad.size} of {len(frame)} sessions cannot be scored, the first of them "
                f"row {frame.index[bad[0]]}: {first} The column problems of "
                "riskmodel.assess_frame names them all."
            )
        return answers


def _says_cramp(label: Any) -> bool | None:
    """What a label says by itself, None where it is neither."""
    if isinstance(label, int | float) and not isinstance(label, bool):
        return {-1.0: False, 0.0: False, 1.0: True}.get(label)
    plain = folded(str(label))
    return True if plain in _CRAMP else False if plain in _NO_CRAMP else None


def _two_classes(y: ArrayLike) -> NDArray[Any]:
    labels = column_or_1d(y, warn=True)
    assert_all_finite(labels, input_name="y")
    check_classification_targets(labels)
    classes: NDArray[Any] = np.unique(labels)
    if classes.size > 2:
        raise ValueError(
            "Only binary classification is supported: a cramp came or none did. The type "
            f"of the target is {type_of_target(labels)}."
        )
    if classes.size < 2:
        raise ValueError(f"Two classes are needed; there is one class, {classes}.")
    return classes
