"""What the contract does not tell: which session and token may end, which code was mailed, what is
blank, what is in the future."""

import base64
import datetime
import os
import re
import unicodedata

import schemathesis

EXAMPLE_CODE = "042117"
TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
IN_A_YEAR = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=365)


@schemathesis.hook("before_call")
def send_the_session(context, case, kwargs):
    # One scheme stands for API tokens and sessions; only these operations accept an API token.
    token = "Bearer " + os.environ["ADRAA_TOKEN"]
    if not case.operation.path.startswith("/api/v1/me") and case.headers.get("Authorization") == token:
        del case.headers["Authorization"]
        case.headers["Cookie"] = "adraa_session=" + os.environ["ADRAA_SESSION"]


@schemathesis.hook("before_call").apply_to(operation_id="signOut")
def end_another_session(context, case, kwargs):
    if case.headers.get("Cookie") == "adraa_session=" + os.environ["ADRAA_SESSION"]:
        case.headers["Cookie"] = "adraa_session=" + os.environ["ADRAA_SESSION_TO_END"]


@schemathesis.hook("before_call").apply_to(operation_id="revokeOwnToken")
def revoke_another_token(context, case, kwargs):
    if case.headers.get("Authorization") == "Bearer " + os.environ["ADRAA_TOKEN"]:
        case.headers["Authorization"] = "Bearer " + os.environ["ADRAA_TOKEN_TO_END"]


@schemathesis.hook("before_call").apply_to(
    operation_id=["createToken", "updateToken", "replaceToken"]
)
def expire_in_the_future(context, case, kwargs):
    if not isinstance(case.body, dict):
        return
    for field in ("expiresAt", "oldExpiresAt"):
        value = case.body.get(field)
        if isinstance(value, str) and TIME.fullmatch(value):
            case.body[field] = IN_A_YEAR.isoformat()
    if case.body.get("neverExpires") is True:
        case.body.pop("expiresAt", None)


@schemathesis.hook("before_call").apply_to(operation_id="signIn")
def enter_the_code(context, case, kwargs):
    if isinstance(case.body, dict) and case.body.get("code") == EXAMPLE_CODE:
        case.body = {"email": os.environ["ADRAA_EMAIL"], "code": os.environ["ADRAA_CODE"]}


@schemathesis.hook("before_call")
def send_another_wrong_value_than_null(context, case, kwargs):
    # The contract says in words that null counts as absent: some generated clients send it for each
    # field that is not set.
    case.body = without_null(case.body)


def without_null(value):
    if isinstance(value, dict):
        return {name: 0 if item is None else without_null(item) for name, item in value.items()}
    return [without_null(item) for item in value] if isinstance(value, list) else value


def is_of_this_list(query):
    # Other cursors are refused, as no schema can say.
    try:
        cursor = base64.urlsafe_b64decode(query["cursor"] + "==").decode()
    except ValueError:
        return False
    order, _, _ = cursor.rpartition(".")[0].rpartition(":")
    return cursor.isdigit() or (
        re.fullmatch(r".*\.c[a-z0-9]{24}", cursor, re.DOTALL)
        and (order or "-createdAt") == query.get("sort", "-createdAt")
    )


@schemathesis.hook("before_call").apply_to(operation_id=["listTokens", "listAuditEvents"])
def send_a_time_and_no_cursor_but_those_of_responses(context, case, kwargs):
    if isinstance((case.query or {}).get("cursor"), str) and not is_of_this_list(case.query):
        del case.query["cursor"]
    # The contract has text: generators cannot send the format date-time in a query.
    for name in ("unusedSince", "since", "until"):
        value = (case.query or {}).get(name)
        if isinstance(value, str) and len(value) <= 40:
            case.query[name] = "2026-06-12T10:25:00Z"


@schemathesis.hook("filter_path_parameters")
def can_stand_in_a_url(context, path_parameters):
    # To say so in the contract, each id would need a pattern, of which some generators make a type
    # for each parameter.
    return not any(
        ord(character) < 32 or character in "%/\\\x7f"
        for value in (path_parameters or {}).values()
        for character in str(value)
    )


@schemathesis.hook("filter_body").apply_to(
    operation_id=["createToken", "updateToken", "replaceToken"]
)
def is_readable(context, body):
    # The contract says so in words only: white space is removed before the length is checked, and
    # no pattern for categories of Unicode works in all languages.
    for field in ("name", "description"):
        text = body.get(field) if isinstance(body, dict) else None
        if not isinstance(text, str) or (field == "description" and not text.strip()):
            continue
        categories = {unicodedata.category(character) for character in text.strip()}
        if not categories - {"Zs", "Mn", "Me"} or categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            return False
    return True
