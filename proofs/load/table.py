"""The table that stands in docs/trust.md."""

from __future__ import annotations

from proofs.load.measure import (
    MOST_LEFT_PCT,
    MOST_MIB,
    MOST_TIMES_ALONE,
    Found,
    Plan,
    everything,
    percentile,
)
from proofs.load.people import FIRST

_MOST_TOLD = 20


def table(found: Found, plan: Plan, machine: str) -> str:
    """Write what was measured as Markdown, each target with what came of it."""
    low_s, high_s = plan.thinks_s
    verdict = found.verdict
    n = len(everything(found.together))
    lines = [
        f"{plan.users} people for {plan.seconds:g} s, seed {plan.seed}; each looks at a "
        f"page for {low_s:g} to {high_s:g} s before the next change. {machine}; load of "
        f"the machine {found.others_load[0]:.2f} before, {found.others_load[1]:.2f} at "
        "the end.",
        "",
        "| | result | target |",
        "|---|---|---|",
        f"| changes; answers checked against the engine | {n}; {verdict.n_checked} | |",
        f"| errors | {len(found.errors)} | 0 |",
        f"| wrong answers | {len(verdict.wrong)} | 0 |",
        f"| answers of another person | {len(verdict.of_another)} | 0 |",
        f"| p95 of a change, times that of one person alone | {found.times_alone:.1f} "
        f"| {MOST_TIMES_ALONE:g} |",
        f"| memory at the start (one person has seen all pages, and left) | "
        f"{found.start_mib:.0f} MiB | |",
        f"| memory with all people, at its most | {found.most_mib:.0f} MiB, "
        f"{found.session_mib:.1f} a session | {MOST_MIB:g} a session |",
        f"| memory {plan.rest_s:g} s after they left | {found.after_mib:.0f} MiB, "
        f"{found.left_pct:+.0f} % | {MOST_LEFT_PCT:+g} % |",
        f"| of one processor the server took | {found.cpu_pct:.0f} %, "
        f"{found.change_ms:.0f} ms a change | |",
        "",
        "| page | changes | alone p50 | p95 | together p50 | p95 [ms] |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    pages = {FIRST: None, **dict.fromkeys(found.together)}
    for page in (*pages, ""):
        alone = found.alone.get(page, ()) if page else everything(found.alone)
        together = found.together.get(page, ()) if page else everything(found.together)
        times = (
            f"{1000 * percentile(seconds, share):.0f}"
            for seconds in (alone, together)
            for share in (50, 95)
        )
        name = page or "all"
        lines.append(f"| {name} | {len(together)} | {' | '.join(times)} |")
    told = (*found.errors, *verdict.wrong, *verdict.of_another)
    return "\n".join([*lines, *("", *told[:_MOST_TOLD])]).rstrip()
