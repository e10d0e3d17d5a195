"""Prints "PASSED FAILED" for a JUnit XML file of ctest or pytest.

A test that did not run (skipped, disabled, not found) proves nothing and counts as failed.
Exit code 1 if the file is missing, unreadable or has no test.
"""

import sys
import xml.etree.ElementTree as xml


def counts(path: str) -> tuple[int, int]:
    passed = failed = 0
    for case in xml.parse(path).getroot().iter("testcase"):
        bad = any(case.find(tag) is not None for tag in ("failure", "error", "skipped"))
        bad = bad or case.get("status", "run") != "run"
        failed += bad
        passed += not bad
    return passed, failed


def main() -> int:
    try:
        passed, failed = counts(sys.argv[1])
    except (OSError, xml.ParseError) as error:
        print(f"junit_counts: {sys.argv[1]}: {error}", file=sys.stderr)
        return 1
    if passed + failed == 0:
        print(f"junit_counts: {sys.argv[1]}: no test ran", file=sys.stderr)
        return 1
    print(passed, failed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
