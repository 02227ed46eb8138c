import re

from inventory.placing import new_id


def test_hold_ids_are_128_random_bits_in_letters_that_can_be_read_out() -> None:
    ids = {new_id("H") for _ in range(2_000)}
    assert len(ids) == 2_000
    assert all(re.fullmatch("H[0-7][0-9A-HJKMNP-TV-Z]{25}", hold_id) for hold_id in ids)
