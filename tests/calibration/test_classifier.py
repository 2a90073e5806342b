"""The score as a classifier of scikit-learn: its own checks, and beside its own tools."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier, cross_val_score
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import validate_data

from riskmodel import assess_frame, load_calibration, load_scorecard
from riskmodel.calibration.classifier import CrampRiskClassifier
from riskmodel.calibration.people import draw_people
from riskmodel.inputs.fields import FIELDS
from riskmodel.scoring.assessment import UnknownColumnWarning

NUMBERS = [field for field in FIELDS.values() if field.kind == "number" and field.required]
NUMBERS += [f for f in FIELDS.values() if f.kind == "number" and not f.required]


class OfNumbers(CrampRiskClassifier):
    """Takes any numbers for answers, so that checks on made-up arrays reach the score."""

    def _cramp_place(self, classes):
        return 1

    def _frame(self, X, *, reset):
        array = validate_data(self, X, reset=reset, ensure_all_finite="allow-nan")
        share = expit(np.nan_to_num(array))
        columns = {"sport": "running"} | {
            field.name: field.low + (field.high - field.low) * share[:, place]
            for place, field in enumerate(NUMBERS)
            if place < share.shape[1]
        }
        for field in NUMBERS[:5]:
            columns.setdefault(field.name, (field.low + field.high) / 2)
        return pd.DataFrame(columns, index=range(len(share)))


BY_CHANCE = (
    "classes follow the chance, and the decision function is the points, which are never "
    "below 0"
)
UNNAMED = "made-up arrays have no names of questions, and no answers that a person gives"
NEEDS_NAMES = [
    "check_fit_score_takes_y",
    "check_estimators_overwrite_params",
    "check_dont_overwrite_parameters",
    "check_estimators_fit_returns_self",
    "check_readonly_memmap_input",
    "check_n_features_in_after_fitting",
    "check_positive_only_tag_during_fit",
    "check_estimators_dtypes",
    "check_dtype_object",
    "check_pipeline_consistency",
    "check_estimators_pickle",
    "check_f_contiguous_array_estimator",
    "check_classifier_data_not_an_array",
    "check_classifiers_classes",
    "check_classifiers_train",
    "check_supervised_y_2d",
    "check_decision_proba_consistency",
    "check_transformer_data_not_an_array",
    "check_transformer_general",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_fit2d_1feature",
    "check_dict_unchanged",
    "check_fit_idempotent",
    "check_fit_check_is_fitted",
    "check_n_features_in",
    "check_fit2d_predict1d",
]


def expected_failures(estimator):
    if isinstance(estimator, OfNumbers):
        names = ("check_classifiers_classes", "check_classifiers_train")
        return dict.fromkeys(names, BY_CHANCE)
    return dict.fromkeys(NEEDS_NAMES, UNNAMED)


@parametrize_with_checks(
    [CrampRiskClassifier(), OfNumbers()], expected_failed_checks=expected_failures
)
def test_it_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


# ------------------------------------------------------------------ beside other tools

PEOPLE = draw_people(400, seed=11).frame
CRAMPS = np.random.default_rng(3).random(len(PEOPLE)) < 0.3


@pytest.fixture(scope="module")
def score():
    return CrampRiskClassifier().fit(PEOPLE, CRAMPS)


def test_its_numbers_are_those_of_a_frame(score):
    frame = assess_frame(PEOPLE)
    np.testing.assert_array_equal(score.predict_proba(PEOPLE)[:, 1], frame["probability"])
    np.testing.assert_array_equal(score.decision_function(PEOPLE), frame["total_points"])
    points = score.transform(PEOPLE)
    np.testing.assert_array_equal(points, frame[list(score.get_feature_names_out())])
    np.testing.assert_array_equal(points.sum(axis=1), frame["total_points"])
    assert score.classes_.tolist() == [False, True]
    assert score.feature_names_in_.tolist() == list(PEOPLE)
    assert score.predict(PEOPLE).tolist() == (frame["probability"] > 0.5).tolist()


def test_a_fit_learns_nothing_but_the_classes(score):
    other = CrampRiskClassifier().fit(PEOPLE.iloc[:9], np.array(["no", "yes", "no"] * 3))
    np.testing.assert_array_equal(other.predict_proba(PEOPLE), score.predict_proba(PEOPLE))
    assert other.classes_.tolist() == ["no", "yes"]
    assert CrampRiskClassifier().fit(PEOPLE).classes_.tolist() == [0, 1]
    again = pickle.loads(pickle.dumps(score))
    np.testing.assert_array_equal(
        again.decision_function(PEOPLE)[:5], score.decision_function(PEOPLE)[:5]
    )


def test_it_stands_beside_others_in_pipelines_and_searches(score):
    scores = cross_val_score(CrampRiskClassifier(), PEOPLE, CRAMPS, scoring="roc_auc", cv=3)
    assert np.isfinite(scores).all()
    beside = make_pipeline(
        FeatureUnion(
            [
                ("points", CrampRiskClassifier()),
                ("age", ColumnTransformer([("age", StandardScaler(), ["age_years"])])),
            ]
        ),
        LogisticRegression(max_iter=2000),
    )
    assert np.isfinite(cross_val_score(beside, PEOPLE, CRAMPS, cv=3)).all()
    hotter = FunctionTransformer(lambda frame: frame.assign(air_temperature_c=35.0))
    chain = make_pipeline(hotter, CrampRiskClassifier()).fit(PEOPLE, CRAMPS)
    assert (chain.predict_proba(PEOPLE) >= 0).all()


def test_its_points_are_calibrated_and_limited_by_scikit_learn():
    own = CalibratedClassifierCV(CrampRiskClassifier(), method="sigmoid", cv=3)
    chances = own.fit(PEOPLE, CRAMPS).predict_proba(PEOPLE)[:, 1]
    assert abs(chances.mean() - CRAMPS.mean()) < 0.05
    low = FixedThresholdClassifier(
        CrampRiskClassifier(), threshold=0.01, response_method="predict_proba"
    )
    assert low.fit(PEOPLE, CRAMPS).predict(PEOPLE).any()


def test_what_matters_can_be_asked_by_permutation(score):
    asked = permutation_importance(
        score, PEOPLE.iloc[:100], CRAMPS[:100], scoring="roc_auc", n_repeats=2
    )
    matters = dict(zip(PEOPLE, asked.importances_mean, strict=True))
    assert matters["duration_min"] != 0


def test_points_come_as_a_frame_where_that_is_set():
    points = CrampRiskClassifier().set_output(transform="pandas").fit_transform(PEOPLE)
    assert list(points)[:2] == ["points_duration", "points_effort"]
    assert points.index.equals(PEOPLE.index)


def test_another_scorecard_is_a_parameter():
    earlier = clone(CrampRiskClassifier("2026.1")).fit(PEOPLE)
    frame = assess_frame(PEOPLE, load_scorecard("2026.1"))
    np.testing.assert_array_equal(earlier.predict_proba(PEOPLE)[:, 1], frame["probability"])
    own = load_scorecard().with_points("heat", at=28, points=12)
    bare = clone(CrampRiskClassifier(own)).fit(PEOPLE)
    assert np.isfinite(bare.decision_function(PEOPLE)).all()
    with pytest.raises(ValueError, match="take decision_function, or a calibration"):
        bare.predict_proba(PEOPLE)
    same = CrampRiskClassifier(load_scorecard(), load_calibration()).fit(PEOPLE)
    assert same.predict_proba(PEOPLE).shape == (len(PEOPLE), 2)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"age_years": 300},
            r"^1 of 3 sessions cannot be scored, the first of them row b: ",
        ),
        ({"age_years": None}, "age_years. is missing"),
    ],
)
def test_a_session_that_cannot_be_scored_is_named(score, change, sentence):
    rows = PEOPLE.iloc[:3].set_axis(["a", "b", "c"])
    for name, value in change.items():
        rows[name] = [rows[name].iloc[0], value, rows[name].iloc[2]]
    with pytest.raises(ValueError, match=sentence):
        score.predict_proba(rows)


def test_columns_are_known_and_stay_the_same(score):
    with pytest.warns(UnknownColumnWarning, match="shoe_size"):
        CrampRiskClassifier().fit(PEOPLE.assign(shoe_size=42))
    with pytest.raises(ValueError, match="feature names"):
        score.predict(PEOPLE.drop(columns="sleep_h"))
    with pytest.raises(TypeError, match=r"pandas\.DataFrame\(rows\)"):
        score.predict(PEOPLE.to_numpy())
    with pytest.raises(ValueError, match="Two classes are needed"):
        CrampRiskClassifier().fit(PEOPLE, np.ones(len(PEOPLE)))
    with pytest.raises(ValueError, match="Only binary"):
        CrampRiskClassifier().fit(PEOPLE.iloc[:3], [0, 1, 2])


@pytest.mark.parametrize(
    ("labels", "place"),
    [
        ((0, 1), 1), ((False, True), 1), ((-1, 1), 1), ((0.0, 1.0), 1), (("nein", "ja"), 0),
        (("No", "YES"), 1), (("no cramp", "cramp"), 0), (("none", "Krampf"), 0),
    ],
)  # fmt: skip
def test_the_chance_is_that_of_the_label_that_is_a_cramp(score, labels, place):
    own = np.array(labels, dtype=object if isinstance(labels[0], str) else None)[
        CRAMPS.astype(int)
    ]
    fitted = CrampRiskClassifier().fit(PEOPLE, own)
    assert fitted.classes_[place] == labels[1]
    chance = fitted.predict_proba(PEOPLE)[:, place]
    np.testing.assert_array_equal(chance, score.predict_proba(PEOPLE)[:, 1])
    higher = np.corrcoef(
        fitted.decision_function(PEOPLE), fitted.predict_proba(PEOPLE)[:, 1]
    )
    assert higher[0, 1] > 0


def test_labels_that_say_nothing_ask_which_is_the_cramp():
    names = np.where(CRAMPS, "A", "B")
    with pytest.raises(ValueError, match="pos_label"):
        CrampRiskClassifier().fit(PEOPLE, names)
    with pytest.raises(ValueError, match="pos_label"):
        CrampRiskClassifier(pos_label="C").fit(PEOPLE, names)
    fitted = CrampRiskClassifier(pos_label="A").fit(PEOPLE, names)
    assert fitted.cramp_place_ == 0
