"""Time and memory side by side with other libraries: ``python -m benchmarks``. See ``README.md`` here."""
