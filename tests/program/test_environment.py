"""What a bundled program starts does not load the bundle's libraries."""

from uploader_gui.platform.process import RESET_ENVIRONMENT, restore_library_paths


def test_children_get_the_library_path_the_program_was_started_with() -> None:
    environment = {"LD_LIBRARY_PATH": "/bundle:/opt/lib", "LD_LIBRARY_PATH_ORIG": "/opt/lib", "HOME": "/h"}
    restore_library_paths(environment)
    assert environment == {"LD_LIBRARY_PATH": "/opt/lib", "HOME": "/h", RESET_ENVIRONMENT: "1"}


def test_children_get_no_library_path_where_there_was_none() -> None:
    environment = {"LD_LIBRARY_PATH": "/bundle"}
    restore_library_paths(environment)
    assert environment == {RESET_ENVIRONMENT: "1"}
