#!/usr/bin/env bash
# The life cycle of a token with curl alone. The API reference shows the parts between "sample" and "end".
set -euo pipefail
trap 'rm -f answer.json' EXIT

# The samples are what people type. This function also stores the response, for the checks below.
curl() {
  command curl --silent --show-error --output answer.json "$@"
}
seen() {
  jq -r "$1" answer.json
}

curl "$ADRAA_BASE_URL/api/v1/me"
echo "missing token: $(seen .error.code)"

# sample: requestSignInCode
curl "$ADRAA_BASE_URL/api/v1/sign-in-codes" \
  -H "Content-Type: application/json" \
  -d '{ "email": "'"$ADRAA_EMAIL"'" }'
# end
echo "sign-in code: sent"
read -r CODE

# sample: signIn
curl "$ADRAA_BASE_URL/api/v1/session" \
  -H "Content-Type: application/json" \
  -d '{ "email": "'"$ADRAA_EMAIL"'", "code": "'"$CODE"'", "credential": "bearer" }'
# end
ADRAA_SESSION=$(seen .secret)

# sample: getSession
curl "$ADRAA_BASE_URL/api/v1/session" \
  -H "Authorization: Bearer $ADRAA_SESSION"
# end
echo "signed in: $(seen '.session | "\(.agent.nickname), \(.workspaces[0].role) of \(.workspaces[0].name)"')"
WORKSPACE_ID=$(seen '.session.workspaces[0].id')

# sample: createToken
curl "$ADRAA_BASE_URL/api/v1/workspaces/$WORKSPACE_ID/tokens" \
  -H "Content-Type: application/json" \
  -d '{ "name": "CRM integration" }' \
  -H "Authorization: Bearer $ADRAA_SESSION"
# end
echo "created: $(seen '.token | "\(.name) \(.prefix) \(.status)"')"
ADRAA_TOKEN=$(seen .secret)
TOKEN_ID=$(seen .token.id)

# sample: verifyToken
curl "$ADRAA_BASE_URL/api/v1/me" \
  -H "Authorization: Bearer $ADRAA_TOKEN"
# end
echo "verified: $(seen '"\(.company.name), \(.token.name)"')"

create() {
  curl "$ADRAA_BASE_URL/api/v1/workspaces/$WORKSPACE_ID/tokens" \
    -H "Content-Type: application/json" -d '{ "name": "'"$1"'" }' \
    -H "Authorization: Bearer $ADRAA_SESSION"
}
create "   "
echo "refused name: $(seen '.error | "\(.code) \(.details[0].field)"')"
create "Order notifications"
LEAKED_TOKEN=$(seen .secret)
create "Reports"

# sample: listTokens
curl "$ADRAA_BASE_URL/api/v1/workspaces/$WORKSPACE_ID/tokens?limit=2" \
  -H "Authorization: Bearer $ADRAA_SESSION"
# end
tokens=$(seen '.tokens | length')
pages=1
while cursor=$(seen '.nextCursor // empty') && [ -n "$cursor" ]; do
  curl "$ADRAA_BASE_URL/api/v1/workspaces/$WORKSPACE_ID/tokens?limit=2&cursor=$cursor" \
    -H "Authorization: Bearer $ADRAA_SESSION"
  tokens=$((tokens + $(seen '.tokens | length')))
  pages=$((pages + 1))
done
echo "listed: $tokens tokens on $pages pages"

# sample: getToken
curl "$ADRAA_BASE_URL/api/v1/workspaces/$WORKSPACE_ID/tokens/$TOKEN_ID" \
  -H "Authorization: Bearer $ADRAA_SESSION"
# end
echo "got: $(seen '.token | "\(.name) \(.status)"')"

if [ "$ADRAA_API_VERSION" != 1.0 ]; then
  # sample: updateToken
  curl -X PATCH "$ADRAA_BASE_URL/api/v1/workspaces/$WORKSPACE_ID/tokens/$TOKEN_ID" \
    -H "Content-Type: application/json" \
    -d '{ "name": "CRM integration (EU)" }' \
    -H "Authorization: Bearer $ADRAA_SESSION"
  # end
  echo "changed: $(seen .token.name)"

  # sample: getTokenUsage
  curl "$ADRAA_BASE_URL/api/v1/workspaces/$WORKSPACE_ID/tokens/$TOKEN_ID/usage?days=7" \
    -H "Authorization: Bearer $ADRAA_SESSION"
  # end
  echo "usage: $(seen '.usage.days | length') days"

  EXPIRES_AT=$(date -u -d "+365 days" +%Y-%m-%dT%H:%M:%SZ)
  OLD_EXPIRES_AT=$(date -u -d "+7 days" +%Y-%m-%dT%H:%M:%SZ)
  # sample: replaceToken
  curl "$ADRAA_BASE_URL/api/v1/workspaces/$WORKSPACE_ID/tokens/$TOKEN_ID/replace" \
    -H "Content-Type: application/json" \
    -d '{ "description": "Stored in the vault", "expiresAt": "'"$EXPIRES_AT"'", "oldExpiresAt": "'"$OLD_EXPIRES_AT"'" }' \
    -H "Authorization: Bearer $ADRAA_SESSION"
  # end
  echo "replaced: $(seen '.token | "\(.name) \(.replaces)"')"
  OLD_TOKEN=$ADRAA_TOKEN
  ADRAA_TOKEN=$(seen .secret)

  curl "$ADRAA_BASE_URL/api/v1/me" -H "Authorization: Bearer $ADRAA_TOKEN"
  echo "verified: $(seen '"\(.company.name), \(.token.name)"')"

  # sample: revokeOwnToken
  curl -X POST "$ADRAA_BASE_URL/api/v1/me/revoke" \
    -H "Authorization: Bearer $ADRAA_TOKEN"
  # end
  curl "$ADRAA_BASE_URL/api/v1/me" -H "Authorization: Bearer $ADRAA_TOKEN"
  echo "revoked itself: $(seen .error.code)"
  ADRAA_TOKEN=$OLD_TOKEN

  # sample: listAuditEvents
  curl "$ADRAA_BASE_URL/api/v1/workspaces/$WORKSPACE_ID/audit-events?limit=1" \
    -H "Authorization: Bearer $ADRAA_SESSION"
  # end
  echo "last event: $(seen '.events[0].action')"

  # sample: reportLeakedTokens
  curl "$ADRAA_BASE_URL/api/v1/leaked-tokens" \
    -H "Content-Type: application/json" \
    -d '{ "tokens": [{ "secret": "'"$LEAKED_TOKEN"'", "url": "https://git.example/acme/shop/blob/main/.env" }] }'
  # end
  curl "$ADRAA_BASE_URL/api/v1/me" -H "Authorization: Bearer $LEAKED_TOKEN"
  echo "reported: $(seen .error.code)"
fi

# sample: revokeToken
curl -X POST "$ADRAA_BASE_URL/api/v1/workspaces/$WORKSPACE_ID/tokens/$TOKEN_ID/revoke" \
  -H "Authorization: Bearer $ADRAA_SESSION"
# end
echo "revoked: $(seen '.token | "\(.name) \(.status)"')"

curl "$ADRAA_BASE_URL/api/v1/me" -H "Authorization: Bearer $ADRAA_TOKEN"
echo "revoked token: $(seen .error.code)"

# sample: signOut
curl -X DELETE "$ADRAA_BASE_URL/api/v1/session" \
  -H "Authorization: Bearer $ADRAA_SESSION"
# end
echo "signed out"

curl "$ADRAA_BASE_URL/api/v1/session" \
  -H "Authorization: Bearer $ADRAA_SESSION"
echo "without session: $(seen .error.code)"
