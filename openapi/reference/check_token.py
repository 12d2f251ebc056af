"""Prints the start of each Adraa Inbox API token and session in the text on stdin. Exits with 1 if it finds one."""

import re
import sys
import zlib


def is_token(text: str) -> bool:
    if not re.fullmatch("adraa_[0-9a-f]{48}", text):
        return False
    return f"{zlib.crc32(text[:46].encode()):08x}" == text[46:]


if __name__ == "__main__":
    # The input can have any encoding or be binary.
    text = sys.stdin.buffer.read().decode("ascii", "replace")
    found = False
    for secret in re.findall(r"adraa_(?:session_[0-9a-f]{64}|[0-9a-f]{48})(?![0-9A-Za-z_])", text):
        start = re.match("adraa_(?:session_)?", secret).group()
        # A session has no checksum.
        if start == "adraa_session_" or is_token(secret):
            print(f"{secret[:len(start) + 8]}...")
            found = True
    sys.exit(1 if found else 0)
