"""What no contract can tell: which session may end, and which code was mailed to whom."""

import os

import schemathesis

EXAMPLE_CODE = "042117"


@schemathesis.hook("before_call").apply_to(operation_id="signOut")
def end_another_session(context, case, kwargs):
    if case.cookies.get("adraa_session") == os.environ["ADRAA_SESSION"]:
        case.cookies["adraa_session"] = os.environ["ADRAA_SESSION_TO_END"]


@schemathesis.hook("before_call").apply_to(operation_id="signIn")
def enter_the_code(context, case, kwargs):
    if isinstance(case.body, dict) and case.body.get("code") == EXAMPLE_CODE:
        case.body = {"email": os.environ["ADRAA_EMAIL"], "code": os.environ["ADRAA_CODE"]}
