"""With TOLD set to a file: writes down, of each test, the checks of the course and whether it failed."""

import json
import os

TOLD = os.environ.get("TOLD")


def pytest_configure(config):
    config.addinivalue_line("markers", "checks(*names): the checks of the course that a test stands for")


def pytest_collection_modifyitems(items):
    if TOLD:
        for item in items:
            names = [name for mark in item.iter_markers("checks") for name in mark.args]
            item.user_properties.append(("checks", names))


def pytest_runtest_logreport(report):
    if TOLD and (report.when == "call" or report.failed):
        with open(TOLD, "a", encoding="utf-8") as file:
            file.write(json.dumps([dict(report.user_properties)["checks"], report.failed]) + "\n")
