"""Writes the type stubs of the generated module: python stubs.py roundsman_ffi.py > roundsman_ffi.pyi

The generated code carries types, but a checker cannot follow how it puts the variants of an enum under their class.
What this reads is the code itself, so stubs and code cannot come apart.
"""

import ast
import re
import sys

HEAD = """import builtins
import datetime
import enum
import typing

"""


def doc(node, indent):
    text = ast.get_docstring(node)
    if not text:
        return ""
    pad = " " * indent
    lines = text.splitlines()
    body = "\n".join(pad + line if line else "" for line in lines)
    return f'{pad}"""\n{body}\n{pad}"""\n' if len(lines) > 1 else f'{pad}"""{text}"""\n'


def typed(annotation):
    """A type as it stands, but for one that a field of the same name would hide."""
    return re.sub(r"\bbytes\b", "builtins.bytes", ast.unparse(annotation))


def signature(function):
    """The arguments and the result, with every default as `...`."""
    spec = function.args
    written = [argument.arg for argument in spec.args[:1] if argument.arg in ("self", "cls")]
    rest = spec.args[len(written):]
    undefaulted = len(spec.args) - len(spec.defaults)

    def one(argument, defaulted):
        kind = f": {typed(argument.annotation)}" if argument.annotation else ""
        return f"{argument.arg}{kind}{' = ...' if defaulted else ''}"

    for at, argument in enumerate(rest, start=len(written)):
        written.append(one(argument, at >= undefaulted))
    if spec.kwonlyargs:
        written.append("*")
        written += [one(argument, default is not None) for argument, default in zip(spec.kwonlyargs, spec.kw_defaults)]
    result = typed(function.returns) if function.returns else "None"
    return f"({', '.join(written)}) -> {result}: ..."


def method(function, indent):
    pad = " " * indent
    decorators = "".join(f"{pad}@{ast.unparse(decorator)}\n" for decorator in function.decorator_list)
    said = signature(function)
    text = doc(function, indent + 4)
    body = f"{said.removesuffix(' ...')}\n{text}{pad}    ...\n" if text else f"{said}\n"
    return f"{decorators}{pad}def {function.name}{body}"


def public(name):
    return not name.startswith("_") and not name.endswith(("Impl", "Protocol"))


def functions(node):
    return [item for item in node.body if isinstance(item, ast.FunctionDef)]


def init_of(node):
    return next((item for item in functions(node) if item.name == "__init__"), None)


def fields(init, indent):
    arguments = [argument for argument in init.args.args[1:] + init.args.kwonlyargs if argument.annotation]
    return "".join(f"{' ' * indent}{argument.arg}: {typed(argument.annotation)}\n" for argument in arguments)


def flat_enum(node):
    members = [item.targets[0].id for item in node.body if isinstance(item, ast.Assign)]
    return f"class {node.name}(enum.Enum):\n{doc(node, 4)}" + "".join(f"    {member} = ...\n" for member in members)


def variant(node, of):
    init = init_of(node)
    return f"    class {node.name}({of}):\n{doc(node, 8)}{fields(init, 8)}        def __init__{signature(init)}\n"


def data_enum(node):
    variants = "".join(variant(item, node.name) for item in node.body if isinstance(item, ast.ClassDef))
    asked = [item for item in functions(node) if item.name.startswith("is_") and item.name.islower()]
    return f"class {node.name}:\n{doc(node, 4)}{variants}" + "".join(method(item, 4) for item in asked)


def error(node, variants):
    """An error with one variant has its fields itself: nobody has to know the variant to match on a code."""
    text = f"class {node.name}(Exception):\n{doc(node, 4)}"
    names = [[argument.arg for argument in init_of(item).args.args[1:]] for item in variants]
    if len(variants) == 1:
        text += "".join(f"    {name}: str\n" for name in names[0])
    for item, arguments in zip(variants, names):
        said = "".join(f", {name}: str" for name in arguments)
        text += f"    class {item.name}({node.name}):\n{doc(item, 8)}"
        text += "".join(f"        {name}: str\n" for name in arguments)
        text += f"        def __init__(self{said}) -> None: ...\n"
    return text


def record(node):
    init = init_of(node)
    return f"class {node.name}:\n{doc(node, 4)}{fields(init, 4)}    def __init__{signature(init)}\n"


def interface(node):
    """An object of the library, or a class for an app to derive from."""
    methods = [item for item in functions(node) if not item.name.startswith("_")]
    init = init_of(node)
    made = method(init, 4) if init and not init.args.vararg and len(init.args.args) == 1 else ""
    return f"class {node.name}:\n{doc(node, 4)}{made}" + "".join(method(item, 4) for item in methods)


def stubs(tree):
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
            if public(name) and name[0].isupper() and isinstance(value, (ast.Name, ast.Attribute)):
                if not ast.unparse(value).startswith("_"):
                    yield f"{name}: typing.TypeAlias = {ast.unparse(value)}\n"
        elif isinstance(node, ast.FunctionDef) and public(node.name):
            yield method(node, 0)
        elif isinstance(node, ast.ClassDef) and public(node.name):
            bases = [ast.unparse(base) for base in node.bases]
            nested = [item for item in node.body if isinstance(item, ast.ClassDef)]
            if bases == ["enum.Enum"]:
                yield flat_enum(node)
            elif bases == ["Exception"]:
                twin = [other for other in classes if other.name == node.name and other is not node]
                variants = [item for other in twin for item in other.body if isinstance(item, ast.ClassDef)]
                yield error(node, variants) if variants else f"class {node.name}(Exception): ...\n"
            elif any(other.name == node.name and other is not node for other in classes):
                continue  # The scaffolding below an error.
            elif nested:
                yield data_enum(node)
            elif init_of(node) and init_of(node).args.kwonlyargs:
                yield record(node)
            elif functions(node):
                yield interface(node)


def main():
    with open(sys.argv[1]) as file:
        tree = ast.parse(file.read())
    written = [*stubs(tree)]
    names = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    print(HEAD + "\n".join(written) + f"\n__all__: list[str] = {sorted(names)!r}")


main()
