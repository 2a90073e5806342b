"""A million random sessions by the engine and by the SQL, within 1e-9 of each other."""

from benchmarks.measuring import Figures, print_figures, scaled
from tests.sql.agreement import agreement

N = scaled(1_000_000)


def second_opinion() -> Figures:
    told = agreement(N, seed=11)
    alike = told.sessions - told.n_differing
    yield "sessions that the SQL scores alike / all", alike, told.sessions, 1.0


FIGURES = (second_opinion,)

if __name__ == "__main__":
    print_figures(FIGURES, rounds=1)
