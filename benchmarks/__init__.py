"""Speed as ratios: each piece of work beside the peer a user would otherwise pick, in one run on one machine.

`python -m benchmarks` prints the table; `--write` puts it into docs/benchmarks.md. Never a timed test.
"""
