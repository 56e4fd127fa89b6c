"""Parses every Swift source with a grammar of Swift: python parse.py FILE…

There is no Swift compiler here. This finds what is no Swift at all, and nothing that only types would tell.
"""

import sys

import tree_sitter_swift
from tree_sitter import Language, Parser


# What is Swift and generated, but not in the grammar, with something of the same meaning that is.
UNKNOWN_TO_THE_GRAMMAR = {
    b"@_documentation(visibility: private)": b"",  # Hides what follows from documentation.
    b"{ () }": b"{ }",  # A closure that gives nothing.
}


def broken(node):
    """The nodes that do not parse."""
    if node.is_error or node.is_missing:
        yield node
        return
    if node.has_error:
        for child in node.children:
            yield from broken(child)


def main():
    parser = Parser(Language(tree_sitter_swift.language()))
    failed = False
    # A grammar that takes everything would show nothing.
    assert parser.parse(b"func f( -> {").root_node.has_error
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            source = file.read()
        for known, plain in UNKNOWN_TO_THE_GRAMMAR.items():
            source = source.replace(known, plain)
        tree = parser.parse(source)
        found = [*broken(tree.root_node)]
        for node in found[:10]:
            line = source.splitlines()[node.start_point.row].decode()
            print(f"{path}:{node.start_point.row + 1}: {line.strip()}")
        print(f"{path}: {len(source.splitlines())} lines, {'does not parse' if found else 'parses'}")
        failed |= bool(found)
    sys.exit(1 if failed else 0)


main()
