#!/usr/bin/env python3
"""Asks pip-audit for known vulnerabilities of what is installed beside it; fails if it has any.

What cannot be asked, for want of a network or because the service does not know a package, is said
and is no failure.
"""

import json
import subprocess
import sys

#: Seconds for one answer of the service, and for the whole.
ANSWER, WHOLE = "10", 120


def main() -> int:
    """Prints what was found; 1 if that is a fault."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--desc", "off"]
    command += ["--progress-spinner", "off", "--timeout", ANSWER, "--skip-editable"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WHOLE, check=False)
        packages = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        print(f"Not audited: no answer within {WHOLE} s.")
        return 0
    except (ValueError, KeyError):
        print(f"Not audited: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}")
        return 0
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    faults = [
        f"{package['name']} {package['version']}: {fault['id']}, fixed in "
        f"{', '.join(fault['fix_versions']) or 'no version yet'}"
        for package in packages
        for fault in package.get("vulns", ())
    ]
    print(f"Audited {len(packages) - len(skipped)} packages, {len(faults)} known vulnerabilities.")
    if skipped:
        print(f"Not audited, since the service does not know them: {len(skipped)} packages.")
    print("\n".join(faults), end="")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
