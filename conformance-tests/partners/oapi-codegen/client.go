package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"example.com/crm/inbox"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/securityprovider"
)

type generated struct {
	*inbox.ClientWithResponses
}

func newClient(baseURL string) client { return with(baseURL) }

func newSecretClient(baseURL, secret string) client {
	bearer, err := securityprovider.NewSecurityProviderBearerToken(secret)
	check(err)
	return with(baseURL, inbox.WithRequestEditorFn(bearer.Intercept))
}

func with(baseURL string, options ...inbox.ClientOption) client {
	c, err := inbox.NewClientWithResponses(baseURL, options...)
	check(err)
	return generated{c}
}

func (g generated) verifyToken() (string, string, error) {
	r, err := g.VerifyTokenWithResponse(context.Background())
	if err != nil || r.JSON200 == nil {
		return "", "", failure(err, r.HTTPResponse, r.Body)
	}
	return r.JSON200.Company.Name, r.JSON200.Token.Name, nil
}

func (g generated) requestSignInCode(email string) error {
	r, err := g.RequestSignInCodeWithResponse(context.Background(),
		inbox.SignInCodeRequest{Email: inbox.EmailAddress(email)})
	if err != nil || r.StatusCode() != http.StatusAccepted {
		return failure(err, r.HTTPResponse, r.Body)
	}
	return nil
}

func (g generated) signIn(email, code string) (string, error) {
	bearer := inbox.Bearer
	r, err := g.SignInWithResponse(context.Background(),
		inbox.SignInAttempt{Email: inbox.EmailAddress(email), Code: code, Credential: &bearer})
	if err != nil || r.JSON201 == nil {
		return "", failure(err, r.HTTPResponse, r.Body)
	}
	return *r.JSON201.Secret, nil
}

func (g generated) getSession() (session, error) {
	r, err := g.GetSessionWithResponse(context.Background())
	if err != nil || r.JSON200 == nil {
		return session{}, failure(err, r.HTTPResponse, r.Body)
	}
	s := r.JSON200.Session
	workspace := s.Workspaces[0]
	return session{s.Agent.Nickname, workspace.Role, workspace.Id, workspace.Name}, nil
}

func (g generated) signOut() error {
	r, err := g.SignOutWithResponse(context.Background())
	if err != nil || r.StatusCode() != http.StatusNoContent {
		return failure(err, r.HTTPResponse, r.Body)
	}
	return nil
}

func (g generated) createToken(workspaceID, name string) (token, string, error) {
	r, err := g.CreateTokenWithResponse(context.Background(), workspaceID, inbox.NewToken{Name: name})
	if err != nil || r.JSON201 == nil {
		return token{}, "", failure(err, r.HTTPResponse, r.Body)
	}
	return plain(r.JSON201.Token), r.JSON201.Secret, nil
}

func (g generated) listTokens(workspaceID string, limit int32, cursor string) (page, error) {
	params := &inbox.ListTokensParams{Limit: &limit}
	if cursor != "" {
		params.Cursor = &cursor
	}
	r, err := g.ListTokensWithResponse(context.Background(), workspaceID, params)
	if err != nil || r.JSON200 == nil {
		return page{}, failure(err, r.HTTPResponse, r.Body)
	}
	listed := page{tokens: len(r.JSON200.Tokens)}
	if r.JSON200.NextCursor != nil {
		listed.nextCursor = *r.JSON200.NextCursor
	}
	return listed, nil
}

func (g generated) getToken(workspaceID, tokenID string) (token, error) {
	r, err := g.GetTokenWithResponse(context.Background(), workspaceID, tokenID)
	if err != nil || r.JSON200 == nil {
		return token{}, failure(err, r.HTTPResponse, r.Body)
	}
	return plain(r.JSON200.Token), nil
}

func (g generated) revokeToken(workspaceID, tokenID string) (token, error) {
	r, err := g.RevokeTokenWithResponse(context.Background(), workspaceID, tokenID)
	if err != nil || r.JSON200 == nil {
		return token{}, failure(err, r.HTTPResponse, r.Body)
	}
	return plain(r.JSON200.Token), nil
}

func (g generated) renameToken(workspaceID, tokenID, name string) (token, error) {
	r, err := g.UpdateTokenWithResponse(context.Background(), workspaceID, tokenID,
		inbox.TokenChanges{Name: &name})
	if err != nil || r.JSON200 == nil {
		return token{}, failure(err, r.HTTPResponse, r.Body)
	}
	return plain(r.JSON200.Token), nil
}

func (g generated) usedDays(workspaceID, tokenID string, days int32) (int, error) {
	r, err := g.GetTokenUsageWithResponse(context.Background(), workspaceID, tokenID,
		&inbox.GetTokenUsageParams{Days: &days})
	if err != nil || r.JSON200 == nil {
		return 0, failure(err, r.HTTPResponse, r.Body)
	}
	return len(r.JSON200.Usage.Days), nil
}

func (g generated) replaceToken(workspaceID, tokenID string, with replacement) (token, string, error) {
	r, err := g.ReplaceTokenWithResponse(context.Background(), workspaceID, tokenID, inbox.Replacement{
		Description:  &with.description,
		ExpiresAt:    &with.expiresAt,
		OldExpiresAt: &with.oldExpiresAt,
	})
	if err != nil || r.JSON201 == nil {
		return token{}, "", failure(err, r.HTTPResponse, r.Body)
	}
	return plain(r.JSON201.Token), r.JSON201.Secret, nil
}

func (g generated) revokeOwnToken() error {
	r, err := g.RevokeOwnTokenWithResponse(context.Background())
	if err != nil || r.StatusCode() != http.StatusNoContent {
		return failure(err, r.HTTPResponse, r.Body)
	}
	return nil
}

func (g generated) lastAction(workspaceID string, since string) (string, error) {
	limit := int32(1)
	r, err := g.ListAuditEventsWithResponse(context.Background(), workspaceID,
		&inbox.ListAuditEventsParams{Since: &since, Limit: &limit})
	if err != nil || r.JSON200 == nil {
		return "", failure(err, r.HTTPResponse, r.Body)
	}
	return r.JSON200.Events[0].Action, nil
}

func (g generated) reportLeakedToken(secret, url string) error {
	r, err := g.ReportLeakedTokensWithResponse(context.Background(),
		inbox.LeakReport{Tokens: []inbox.LeakedToken{{Secret: secret, Url: &url}}})
	if err != nil || r.StatusCode() != http.StatusAccepted {
		return failure(err, r.HTTPResponse, r.Body)
	}
	return nil
}

func plain(t inbox.ApiToken) token {
	plain := token{id: t.Id, name: t.Name, prefix: t.Prefix, status: t.Status}
	if t.Replaces != nil {
		plain.replaces = *t.Replaces
	}
	return plain
}

// All errors have one schema, so one function reads them for all operations and statuses.
func failure(err error, response *http.Response, body []byte) error {
	if err != nil {
		return err
	}
	var failed inbox.ErrorResponse
	if err := json.Unmarshal(body, &failed); err != nil {
		return fmt.Errorf("%s: %w", response.Status, err)
	}
	refused := &refusal{code: failed.Error.Code}
	if failed.Error.Details != nil {
		refused.field = (*failed.Error.Details)[0].Field
	}
	return refused
}
