"""A statement about docs/protocol.md, and whether it held."""


class Disproved(Exception):
    """A statement that did not hold, with what was seen instead."""


def proved(statement, held, *seen):
    """Prints the statement if it held, and stops the story if not."""
    if not held:
        raise Disproved(f"{statement}\n  seen: {', '.join(map(repr, seen)) or 'the opposite'}")
    print(f"proved: {statement}", flush=True)


def only(reply):
    """The one verdict of the one envelope."""
    ((verdict,),) = reply[2]
    return verdict
