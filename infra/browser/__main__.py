"""`python3 -m infra.browser` says where Chromium is, after installing it if that is needed and allowed."""

import sys

from infra.browser.chromium import NoChromiumError, require

if __name__ == "__main__":
    try:
        sys.stdout.write(f"{require()}\n")
    except NoChromiumError as error:
        sys.exit(str(error))
