"""The benchmarks behind docs/performance.md. Each figure is a ratio to a limit or peer measured in the same run."""
