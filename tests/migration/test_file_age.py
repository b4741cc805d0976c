"""How old a file is."""

from stackcfg.migration.file_age import FileAge


def test_a_file_of_one_release_is_before_later_releases_only():
    age = FileAge((0, 4, 2), (0, 4, 2))
    assert age.certainly_before((0, 5, 0))
    assert age.possibly_before((0, 5, 0))
    assert not age.certainly_before((0, 4, 2))
    assert not age.possibly_before((0, 4, 2))


def test_a_file_of_several_releases_is_possibly_before_one_between_them():
    age = FileAge((0, 4, 2), (0, 7, 0))
    assert age.possibly_before((0, 5, 0))
    assert not age.certainly_before((0, 5, 0))
    assert age.certainly_before((0, 7, 1))
