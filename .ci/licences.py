"""Every crate that this workspace builds on, for any target, has a licence that the project allows.

Reads `cargo metadata`; needs nothing but Python 3. Prints what is wrong and exits 1, or a count.
"""

import json
import re
import subprocess
import sys

# The list of the design. A crate that offers a choice needs one allowed branch.
ALLOWED = {
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
    "BlueOak-1.0.0",
    "CDLA-Permissive-2.0",
}

# Crate → (the expression it must have, why it is allowed all the same).
EXCEPTIONS = {}


def allowed(expression):
    """Whether an SPDX expression can be met with allowed licences alone."""
    # Older crates write 'MIT/Apache-2.0' and mean OR.
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))
    met, rest = either(tokens)
    if rest:
        raise ValueError(f"not understood from {rest[0]!r} on: {expression}")
    return met


def either(tokens):
    met, tokens = both(tokens)
    while tokens[:1] == ["OR"]:
        other, tokens = both(tokens[1:])
        met = met or other
    return met, tokens


def both(tokens):
    met, tokens = one(tokens)
    while tokens[:1] == ["AND"]:
        other, tokens = one(tokens[1:])
        met = met and other
    return met, tokens


def one(tokens):
    if not tokens:
        raise ValueError("the expression ends early")
    if tokens[0] == "(":
        met, tokens = either(tokens[1:])
        if tokens[:1] != [")"]:
            raise ValueError("a bracket is not closed")
        return met, tokens[1:]
    name, tokens = tokens[0], tokens[1:]
    if tokens[:1] == ["WITH"]:
        name, tokens = " ".join([name, *tokens[:2]]), tokens[2:]
    return name in ALLOWED, tokens


def problem(package):
    """Why this crate may not be used, or None."""
    expression = package["license"]
    if expression is None:
        return "states no licence"
    if package["name"] in EXCEPTIONS:
        known, _why = EXCEPTIONS[package["name"]]
        return None if expression == known else f"was excepted for {known!r}, now has {expression!r}"
    try:
        return None if allowed(expression) else f"has {expression!r}, which is not allowed"
    except ValueError as error:
        return f"has {expression!r}: {error}"


def main():
    # The rules themselves first: a check that cannot fail checks nothing.
    assert allowed("MIT/Apache-2.0") and allowed("(GPL-3.0 OR MIT) AND ISC")
    assert not allowed("GPL-3.0") and not allowed("MIT AND (GPL-3.0 OR AGPL-3.0)")

    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked"], check=True, stdout=subprocess.PIPE
    )
    packages = [p for p in json.loads(metadata.stdout)["packages"] if p["source"] is not None]
    found = [f"{p['name']} {p['version']} {why}" for p in packages if (why := problem(p))]
    stale = set(EXCEPTIONS) - {p["name"] for p in packages}
    found += [f"{name} is excepted but no longer used" for name in sorted(stale)]
    print("\n".join(found) or f"{len(packages)} crates, all with an allowed licence")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
