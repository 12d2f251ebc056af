#!/usr/bin/env bash
# The whole life of a token with the generated script, which prints the body of each response.
set -euo pipefail

# inbox SECRET OPERATION [ARGUMENT...]: stores the response in $answer; an empty SECRET sends none.
inbox() {
  local secret=$1
  shift
  answer=$(bash generated/client.sh --host "$ADRAA_BASE_URL" --silent --show-error \
    "$@" ${secret:+"Authorization:Bearer $secret"})
}
seen() {
  jq -r "$1" <<<"$answer"
}

inbox "" verifyToken
echo "missing token: $(seen .error.code)"

inbox "" requestSignInCode email=="$ADRAA_EMAIL"
echo "sign-in code: sent"
read -r code

inbox "" signIn email=="$ADRAA_EMAIL" code=="$code" credential==bearer
session=$(seen .secret)

inbox "$session" getSession
echo "signed in: $(seen '.session | "\(.agent.nickname), \(.workspaces[0].role) of \(.workspaces[0].name)"')"
workspace=workspaceId=$(seen '.session.workspaces[0].id')

inbox "$session" createToken "$workspace" name=="CRM integration"
echo "created: $(seen '.token | "\(.name) \(.prefix) \(.status)"')"
secret=$(seen .secret)
token=tokenId=$(seen .token.id)

inbox "$secret" verifyToken
echo "verified: $(seen '"\(.company.name), \(.token.name)"')"

inbox "$session" createToken "$workspace" name=="   "
echo "refused name: $(seen '.error | "\(.code) \(.details[0].field)"')"
inbox "$session" createToken "$workspace" name=="Order notifications"
leaked=$(seen .secret)
inbox "$session" createToken "$workspace" name=="Reports"

inbox "$session" listTokens "$workspace" limit=2
tokens=$(seen '.tokens | length')
pages=1
while cursor=$(seen '.nextCursor // empty') && [ -n "$cursor" ]; do
  inbox "$session" listTokens "$workspace" limit=2 cursor="$cursor"
  tokens=$((tokens + $(seen '.tokens | length')))
  pages=$((pages + 1))
done
echo "listed: $tokens tokens on $pages pages"

inbox "$session" getToken "$workspace" "$token"
echo "got: $(seen '.token | "\(.name) \(.status)"')"

if [ "$ADRAA_API_VERSION" != 1.0 ]; then
  inbox "$session" updateToken "$workspace" "$token" name=="CRM integration (EU)"
  echo "changed: $(seen .token.name)"

  inbox "$session" getTokenUsage "$workspace" "$token" days=7
  echo "usage: $(seen '.usage.days | length') days"

  inbox "$session" replaceToken "$workspace" "$token" description=="Stored in the vault" \
    expiresAt=="$(date -u -d "+365 days" +%Y-%m-%dT%H:%M:%SZ)" \
    oldExpiresAt=="$(date -u -d "+7 days" +%Y-%m-%dT%H:%M:%SZ)"
  echo "replaced: $(seen '.token | "\(.name) \(.replaces)"')"
  renewed=$(seen .secret)

  inbox "$renewed" verifyToken
  echo "verified: $(seen '"\(.company.name), \(.token.name)"')"
  inbox "$renewed" revokeOwnToken
  inbox "$renewed" verifyToken
  echo "revoked itself: $(seen .error.code)"

  inbox "$session" listAuditEvents "$workspace" limit=1 \
    since="$(date -u -d "-1 hour" +%Y-%m-%dT%H:%M:%SZ)"
  echo "last event: $(seen '.events[0].action')"

  inbox "" reportLeakedTokens - <<<'{"tokens":[{"secret":"'"$leaked"'"}]}'
  inbox "$leaked" verifyToken
  echo "reported: $(seen .error.code)"
fi

inbox "$session" revokeToken "$workspace" "$token"
echo "revoked: $(seen '.token | "\(.name) \(.status)"')"

inbox "$secret" verifyToken
echo "revoked token: $(seen .error.code)"

inbox "$session" signOut
echo "signed out"

inbox "$session" getSession
echo "without session: $(seen .error.code)"
