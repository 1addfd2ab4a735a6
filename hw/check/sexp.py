"""Reads KiCad's s-expression files. Out: nested lists of strings; leaves meaning to the caller."""
import re

TOKEN = re.compile(r'\s*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|([^\s()"]+))')


def parse(text):
    stack = [[]]
    for open_, close, quoted, bare in TOKEN.findall(text):
        if open_:
            stack.append([])
        elif close:
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(bare or re.sub(r"\\(.)", r"\1", quoted))
    return stack[0][0]


def load(path):
    with open(path, encoding="utf-8") as f:
        return parse(f.read())


def every(node, name):
    return [n for n in node if isinstance(n, list) and n and n[0] == name]


def first(node, name):
    found = every(node, name)
    return found[0] if found else None


def value(node, name, default=None):
    found = first(node, name)
    return found[1] if found and len(found) > 1 else default


def numbers(node, name):
    found = first(node, name)
    return [float(x) for x in found[1:] if not isinstance(x, list)] if found else []
