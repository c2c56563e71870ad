"""The signature of a message: XML-DSig, enveloped, over the whole ``alert`` (CAP 1.2, section 3.3.4.1).

What is believed is narrow on purpose: one reference, to the whole document, with the enveloped transform and a
canonical form; SHA-2; an RSA key that the operator configured. XML-DSig allows much more, and what it allows beyond
this is how signatures are wrapped around other people's words. A message that was not signed in this way is not
believed, and the reason says what it lacks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

from lxml import etree
from lxml.etree import _Element

from adapters.cap.keys import (
    Issuer,
    KeyProblem,
    RsaKey,
    as_public_key,
    certified_key,
    decoded,
    fingerprint,
    rsa_key,
)

DSIG = "http://www.w3.org/2000/09/xmldsig#"
_ENVELOPED = f"{DSIG}enveloped-signature"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_INCLUSIVE = ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11")
_WITH_COMMENTS = {f"{_EXCLUSIVE}WithComments": _EXCLUSIVE} | {f"{name}#WithComments": name for name in _INCLUSIVE}
_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_SIGNATURES = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": "sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": "sha512",
}


class Doubt(Exception):
    """Why a message is not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A canonical form: inclusive or exclusive, with or without comments."""

    exclusive: bool
    comments: bool
    prefixes: tuple[str, ...] = ()

    def write(self, tree: _Element | etree._ElementTree) -> bytes:
        return etree.tostring(
            tree,
            method="c14n",
            exclusive=self.exclusive,
            with_comments=self.comments,
            inclusive_ns_prefixes=list(self.prefixes) if self.exclusive else None,
        )


def doubt(alert: _Element, issuers: tuple[Issuer, ...]) -> str:
    """Say why a message is not to be believed; "" where an issuer signed it."""
    try:
        _verify(alert, issuers)
    except etree.C14NError:
        reason: Exception = Doubt("the message has no canonical form")
    except (Doubt, KeyProblem) as problem:
        reason = problem
    else:
        return ""
    return f"an issuer is configured, and the signature does not hold: {reason}"


def _verify(alert: _Element, issuers: tuple[Issuer, ...]) -> None:
    signature = _only(alert, "Signature", "the message carries no signature, or several")
    info = _only(signature, "SignedInfo", "the signature has no SignedInfo")
    hash_name = _hash(info)
    _check_digest(alert, info)
    # Written out, the element carries the namespaces that are in scope, as the inclusive form wants them.
    alone = etree.fromstring(etree.tostring(info, with_tail=False), _parser())
    written = _form(_only(info, "CanonicalizationMethod", "it names no canonical form")).write(alone)
    value = decoded(_text(_only(signature, "SignatureValue", "it has no value")))
    digest = hashlib.new(hash_name, written).digest()
    if not any(key.signed(digest, hash_name, value) for key in _keys(signature, issuers)):
        raise Doubt("it was not made with the key of an issuer, or the message was changed")


# ── what was signed ──────────────────────────────────────────────────────────────────────────────────────────────────


def _hash(info: _Element) -> str:
    algorithm = _algorithm(_only(info, "SignatureMethod", "it names no method"))
    found = _SIGNATURES.get(algorithm)
    if found is None:
        raise Doubt(f"its method is {_name(algorithm)}; supported are RSA with SHA-256, SHA-384 and SHA-512")
    return found


def _check_digest(alert: _Element, info: _Element) -> None:
    reference = _only(info, "Reference", "it covers nothing, or several things")
    if reference.get("URI") != "":
        raise Doubt("it does not cover the whole message")
    method = _algorithm(_only(reference, "DigestMethod", "it names no digest"))
    if method not in _DIGESTS:
        raise Doubt(f"its digest is {_name(method)}; supported are SHA-256, SHA-384 and SHA-512")
    value = decoded(_text(_only(reference, "DigestValue", "it has no digest")))
    found = (hashlib.new(_DIGESTS[method], _signed(alert, form)).digest() for form in _transforms(reference))
    if value not in found:
        raise Doubt("the message was changed after it was signed")


def _transforms(reference: _Element) -> Iterator[_Form]:
    """Give the forms in which the message may have been signed.

    A reference to the whole document leaves comments out, whatever follows (XML-DSig, section 4.4.3.3); signers that
    take ``WithComments`` at its word exist too. Either way every word that we read is covered.
    """
    transforms = [one for every in reference.iterchildren(f"{{{DSIG}}}Transforms") for one in every.iterchildren("*")]
    names = [_algorithm(one) for one in transforms]
    if not names or names[0] != _ENVELOPED or len(names) > 2:  # noqa: PLR2004 (and at most one canonical form)
        raise Doubt("it is no plain enveloped signature")
    form = _form(transforms[1]) if len(names) > 1 else _Form(exclusive=False, comments=False)
    yield replace(form, comments=False)
    if form.comments:
        yield form


def _signed(alert: _Element, form: _Form) -> bytes:
    """Write the message without its signature, with what stands before and behind it where it is a document."""
    if alert.getparent() is None:
        tree = deepcopy(alert.getroottree())
    else:
        alone = deepcopy(alert)
        alone.tail = None
        tree = etree.ElementTree(alone)
    signature = _only(tree.getroot(), "Signature", "")
    _take_out(signature)
    return form.write(tree)


def _take_out(element: _Element) -> None:
    """Remove an element and leave the text behind it, which lxml counts as its own."""
    parent = element.getparent()
    assert parent is not None
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "") or None
    else:
        parent.text = (parent.text or "") + (element.tail or "") or None
    element.tail = None
    parent.remove(element)


def _form(element: _Element) -> _Form:
    algorithm = _algorithm(element)
    plain = _WITH_COMMENTS.get(algorithm, algorithm)
    if plain not in {_EXCLUSIVE, *_INCLUSIVE}:
        raise Doubt(f"its canonical form is {_name(algorithm)}, which is not supported")
    inclusive = next(element.iterchildren(f"{{{_EXCLUSIVE}}}InclusiveNamespaces"), None)
    prefixes = () if inclusive is None else tuple((inclusive.get("PrefixList") or "").split()[:50])
    return _Form(exclusive=plain == _EXCLUSIVE, comments=plain != algorithm, prefixes=prefixes)


# ── who signed ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _keys(signature: _Element, issuers: tuple[Issuer, ...]) -> list[RsaKey]:
    """Give the keys that are believed: those configured, and those the message brings that have a configured print."""
    prints = {issuer.fingerprint for issuer in issuers if issuer.fingerprint}
    brought = _brought(signature) if prints else {}
    return [issuer.key for issuer in issuers if issuer.key] + [key for found, key in brought.items() if found in prints]


def _brought(signature: _Element) -> dict[str, RsaKey]:
    """Give the keys inside ``KeyInfo`` by the fingerprint of their certificate and by their own."""
    found: dict[str, RsaKey] = {}
    for element in list(signature.iter(f"{{{DSIG}}}X509Certificate"))[:10]:
        der = decoded(_text(element))
        key = certified_key(der)
        found |= {fingerprint(der): key, fingerprint(as_public_key(key)): key}
    for element in list(signature.iter(f"{{{DSIG}}}RSAKeyValue"))[:10]:
        numbers = [_text(_only(element, name, "its key is incomplete")) for name in ("Modulus", "Exponent")]
        key = rsa_key(*map(decoded, numbers))
        found[fingerprint(as_public_key(key))] = key
    return found


# ── elements ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _only(parent: _Element, name: str, otherwise: str) -> _Element:
    found = list(parent.iterchildren(f"{{{DSIG}}}{name}"))
    if len(found) != 1:
        raise Doubt(otherwise)
    return found[0]


def _algorithm(element: _Element) -> str:
    return element.get("Algorithm") or ""


def _name(algorithm: str) -> str:
    return repr(algorithm.rpartition("#")[2][:60] or algorithm[:60])


def _text(element: _Element) -> str:
    return "".join(element.itertext())


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
