"""`python -m demo.city`: write the files of the mocked national system, or count what a city has."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from demo.city.generate import digest, generate
from demo.city.model import City
from demo.city.national import accounts
from demo.city.national_registers import registers


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m demo.city", description="The demo city.")
    parser.add_argument("--size", default="demo", help='"demo", "load", "full" or a number of residents')
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument(
        "--accounts", type=Path, metavar="PATH", help="write the national accounts file there"
    )
    parser.add_argument(
        "--registers", type=Path, metavar="PATH", help="write the national registers file there"
    )
    parser.add_argument("--summary", action="store_true", help="print counts")
    options = parser.parse_args(arguments)
    if not (options.summary or options.accounts or options.registers):
        parser.error("say what to do: --accounts, --registers, --summary")
    city = generate(options.size, options.seed)
    if options.accounts:
        _write(options.accounts, json.dumps(accounts(city), ensure_ascii=False, indent=2))
    if options.registers:
        _write(options.registers, json.dumps(registers(city), ensure_ascii=False))
    if options.summary:
        sys.stdout.write("".join(f"{name:<28}{count:>10}\n" for name, count in summary(city).items()))
        sys.stdout.write(f"digest {digest(city)}\n")
    return 0


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a file that is there is complete."""
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text + "\n", encoding="utf-8")
    unfinished.replace(path)


def summary(city: City) -> dict[str, int]:
    counts = {
        "people": len(city.people),
        "with a national account": sum(person.account_level > 0 for person in city.people),
        "foreigners": sum(person.nationality != "VNM" for person in city.people),
        "households": len(city.households),
        "relations": len(city.relations),
        "agencies": len(city.agencies),
        "officials": len(city.officials),
        "mandates": len(city.mandates),
    }
    kinds = Counter(organisation.kind for organisation in city.organisations)
    sources = Counter(mandate.source for mandate in city.mandates)
    return (
        counts
        | {f"organisations: {kind}": count for kind, count in sorted(kinds.items())}
        | {f"mandates: {source}": count for source, count in sorted(sources.items())}
    )


if __name__ == "__main__":
    sys.exit(main())
