from ca.serial import SERIAL_OCTETS, new_serial, serial_text


def test_a_serial_number_is_positive_and_has_sixteen_octets() -> None:
    for _ in range(200):
        serial = new_serial()
        assert serial > 0
        assert serial.bit_length() == 8 * SERIAL_OCTETS - 1


def test_serial_numbers_do_not_repeat() -> None:
    assert len({new_serial() for _ in range(2000)}) == 2000


def test_the_text_of_a_serial_number_is_lower_case_hexadecimal_without_loss() -> None:
    serial = new_serial()
    assert serial_text(serial) == serial_text(serial).lower()
    assert int(serial_text(serial), 16) == serial
    assert serial_text(255) == "0" * 30 + "ff"
