import pytest

from community.catalog.service import resolve
from kernel.errors import Refused


@pytest.mark.parametrize("text", ["dart", "Dart", "weapon_dart"])
def test_an_item_is_resolved_by_what_players_type(text: str):
    assert resolve(text).internal_name == "weapon_dart"


def test_an_unknown_item_is_refused_in_the_players_words():
    with pytest.raises(Refused) as error:
        resolve("Excalibur {0}")

    assert error.value.code == "item_not_found"
    assert str(error.value) == 'There is no item called "Excalibur {0}".'
