# Does a program that shares no line with Attending accept its proofs? RFC 6962 with Python's standard library only.
# usage: python3 independent-verifier.py receipt FILE… | consistency FILE…     exit 0: all proven, 1: not
import base64, hashlib, json, sys


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def largest_power_below(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root_from_inclusion(index, size, hash_, path):
    """RFC 6962, 2.1.1, read backwards: PATH by recursion."""
    if size == 1:
        if path:
            raise ValueError("the proof is too long")
        return hash_
    if not path:
        raise ValueError("the proof is too short")
    k = largest_power_below(size)
    if index < k:
        return node_hash(root_from_inclusion(index, k, hash_, path[:-1]), path[-1])
    return node_hash(path[-1], root_from_inclusion(index - k, size - k, hash_, path[:-1]))


def roots_from_consistency(m, n, old_root, path, whole):
    """RFC 6962, 2.1.2: both roots from SUBPROOF(m, D[n], whole)."""
    if m == n:
        if whole:
            if path:
                raise ValueError("the proof is too long")
            return old_root, old_root
        if len(path) != 1:
            raise ValueError("the proof has a wrong length")
        return path[0], path[0]
    if not path:
        raise ValueError("the proof is too short")
    k = largest_power_below(n)
    if m <= k:
        old, new = roots_from_consistency(m, k, old_root, path[:-1], whole)
        return old, node_hash(new, path[-1])
    old, new = roots_from_consistency(m - k, n - k, old_root, path[:-1], False)
    return node_hash(path[-1], old), node_hash(path[-1], new)


def receipt(text):
    head, rest = text.split("\n\n", 1)
    lines = head.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("extra ") and lines[2].startswith("index ")
    leaf = base64.b64decode(lines[1][6:], validate=True)
    index = int(lines[2][6:])
    path = [base64.b64decode(line, validate=True) for line in lines[3:]]
    origin, size, root = rest.split("\n")[:3]
    if not 0 <= index < int(size):
        raise ValueError("there is no such leaf")
    if root_from_inclusion(index, int(size), leaf_hash(leaf), path) != base64.b64decode(root):
        raise ValueError("the root differs")
    if json.loads(leaf)["position"] != index:
        raise ValueError("the entry has another number")
    print(f"entry {index} is in the tree of {size}, {origin}")


def consistency(found):
    decode = lambda text: base64.b64decode(text, validate=True)
    old, new = roots_from_consistency(found["from"], found["to"], decode(found["fromRoot"]), [decode(one) for one in found["proof"]], True)
    if (old, new) != (decode(found["fromRoot"]), decode(found["toRoot"])):
        raise ValueError("the roots differ")
    print(f"the tree of {found['to']} grew out of that of {found['from']}")


refused = 0
for name in sys.argv[2:]:
    try:
        with open(name, encoding="utf-8") as file:
            text = file.read()
        receipt(text) if sys.argv[1] == "receipt" else consistency(json.loads(text))
    except (ValueError, AssertionError, KeyError, RecursionError) as error:
        print(f"not proven: {error}")
        refused += 1
sys.exit(1 if refused else 0)
