"""Numbers of licences and registrations: form, check digit, period of validity.

Check digits: GB 32100-2015 (credit code), GB 11643-1999 (resident id, ISO 7064 MOD 11-2), GB 11714 (organisation code),
ISO 7064 MOD 11,10 (food licences, old business licence), GS1 mod 10 (GTIN). python-stdnum computes where it is right;
it refuses credit codes with letters in front and the ids of Hong Kong, Macao and Taiwan residents and of foreigners, so
only its check digits are used here and the form comes from the pack.
"""

import re
import unicodedata
from datetime import date

from anbao.law.catalogue import CheckRule, CredentialFormat
from anbao.model.merchant import Licence, Problem

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def fold_number(number: str) -> str:
    """The number as it is checked: half width, upper case, one kind of dash, no spaces."""
    return _INVISIBLE.sub("", _DASHES.sub("-", unicodedata.normalize("NFKC", number))).upper()


def check_credential(form: CredentialFormat, number: str, on: date) -> Problem:
    """What is wrong with ``number`` on that day: ``format``, ``check_digit``, ``void``, or nothing (``""``)."""
    folded = fold_number(number)
    if not re.fullmatch(form.pattern, folded, re.ASCII):
        return "format"
    if form.check == "resident_id" and not _born_by(folded, on):
        return "format"
    if not _check_digit_holds(form.check, folded):
        return "check_digit"
    if form.void_since and on >= form.void_since:
        return "void"
    return ""


def check_licence(form: CredentialFormat, licence: Licence, on: date) -> Problem:
    """``check_credential``, then the period of validity: the last day counts, an empty ``valid_until`` has no end."""
    problem = check_credential(form, licence.number, on)
    if problem:
        return problem
    try:
        first = date.fromisoformat(licence.valid_from) if licence.valid_from else date.min
        last = date.fromisoformat(licence.valid_until) if licence.valid_until else date.max
    except ValueError:
        return "format"
    if first > last:
        return "format"
    if on < first:
        return "not_yet_valid"
    return "expired" if on > last else ""


def _born_by(number: str, on: date) -> bool:
    """Whether the birth date in a resident id exists and is not after ``on``."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14])) <= on
    except ValueError:
        return False


def _check_digit_holds(rule: CheckRule, number: str) -> bool:
    from stdnum import ean  # takes long to load: only where a number is checked
    from stdnum.cn import ric, uscc
    from stdnum.iso7064 import mod_11_10

    match rule:
        case "none":
            return True
        case "uscc":
            return bool(number[-1] == uscc.calc_check_digit(number))
        case "resident_id":
            return bool(number[-1] == ric.calc_check_digit(number))
        case "org_code":
            return _org_code_holds(number.replace("-", ""))
        case "mod_11_10":
            return _passes(mod_11_10, "".join(filter(str.isdigit, number)))
        case "gtin":
            return _passes(ean, number)


def _org_code_holds(number: str) -> bool:
    """GB 11714: weighted sum of the first eight, digits and letters worth 0 to 35, modulo 11."""
    rest = 11 - sum(int(char, 36) * weight for char, weight in zip(number[:8], _ORG_WEIGHTS, strict=True)) % 11
    return number[8] == {10: "X", 11: "0"}.get(rest, str(rest))


def _passes(module: object, number: str) -> bool:
    from stdnum.exceptions import ValidationError

    try:
        module.validate(number)  # type: ignore[attr-defined]
    except ValidationError:
        return False
    return True
