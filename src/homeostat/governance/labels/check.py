"""Check characters: one more character, by which a wrongly typed or read identifier is known.

ISO 7064 MOD 37-2 (letters and digits, a pure system with radix 2) and the modulus 10 of GS1 keys (digits).
"""

from homeostat.errors import WordingError

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
"""The values 0 to 36 of MOD 37-2; '*' stands for 36 and is a check character only."""

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_MODULUS, _RADIX = 37, 2
_FLAGS = 60


def check_value(text: str) -> int:
    """The value 0 to 36 that ISO 7064 MOD 37-2 appends to `text`: with it the weighted sum is 1 modulo 37.

    Raises WordingError for an empty text, or where a character is no digit and no capital letter.
    """
    total = 0
    for character in text:
        value = _VALUES.get(character, _MODULUS)
        if value >= _MODULUS - 1:
            raise WordingError(
                f"{character!r} has no value in ISO 7064 MOD 37-2",
                where=text,
                mend="digits and capital letters have one",
            )
        total = (total + value) * _RADIX % _MODULUS
    if not text:
        raise WordingError("an empty text has no check character")
    return (1 - total) % _MODULUS


def check_character(text: str) -> str:
    """The check character of `text` after ISO 7064 MOD 37-2: `G123498654321` has `H`."""
    return ALPHABET[check_value(text)]


def check_flag(text: str) -> str:
    """The check as the two digits that a code carries where the character is not printed: value and 60."""
    return f"{check_value(text) + _FLAGS}"


def holds(text: str) -> bool:
    """Whether the last character of `text` is the check character of what stands before it."""
    body, last = text[:-1], text[-1:]
    if not body or any(_VALUES.get(character, _MODULUS) >= _MODULUS - 1 for character in body):
        return False
    return check_character(body) == last


def check_digit(digits: str) -> str:
    """The modulus 10 check digit of a GS1 key (GTIN, GLN, SSCC): weights 3 and 1 in turn, from the right.

    Raises WordingError where something else than digits is given.
    """
    if not digits or not digits.isascii() or not digits.isdigit():
        raise WordingError("a GS1 key has digits only", where=digits)
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def digit_holds(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    body, last = digits[:-1], digits[-1:]
    return body.isascii() and body.isdigit() and check_digit(body) == last
