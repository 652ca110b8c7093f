"""`make bench`: every long measurement, one after another; or only those named: python -m benchmarks turns."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def main() -> int:
    names = sys.argv[1:] or sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    for name in names:
        module = importlib.import_module(f"benchmarks.{name}")
        if hasattr(module, "main"):
            print(f"\n== {name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
            module.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
