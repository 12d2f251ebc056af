package main

import (
	"context"
	"errors"
	"net/http"

	"example.com/crm/inbox"
)

type generated struct {
	*inbox.APIClient
	ctx context.Context
}

func newClient(baseURL string) client { return newSecretClient(baseURL, "") }

func newSecretClient(baseURL, secret string) client {
	configuration := inbox.NewConfiguration()
	configuration.Servers[0].URL = baseURL
	ctx := context.Background()
	if secret != "" {
		ctx = context.WithValue(ctx, inbox.ContextAccessToken, secret)
	}
	return generated{inbox.NewAPIClient(configuration), ctx}
}

func (g generated) verifyToken() (string, string, error) {
	verified, _, err := g.VerificationAPI.VerifyToken(g.ctx).Execute()
	if err != nil {
		return "", "", failure(err)
	}
	return verified.Company.Name, verified.Token.Name, nil
}

func (g generated) requestSignInCode(email string) error {
	_, err := g.SignInCodesAPI.RequestSignInCode(g.ctx).
		SignInCodeRequest(*inbox.NewSignInCodeRequest(email)).Execute()
	return failure(err)
}

func (g generated) signIn(email, code string) (string, error) {
	attempt := inbox.NewSignInAttempt(email, code)
	attempt.SetCredential("bearer")
	created, _, err := g.SessionAPI.SignIn(g.ctx).SignInAttempt(*attempt).Execute()
	return created.GetSecret(), failure(err)
}

func (g generated) getSession() (session, error) {
	current, _, err := g.SessionAPI.GetSession(g.ctx).Execute()
	if err != nil {
		return session{}, failure(err)
	}
	workspace := current.Session.Workspaces[0]
	return session{current.Session.Agent.Nickname, workspace.Role, workspace.Id, workspace.Name}, nil
}

func (g generated) signOut() error {
	_, err := g.SessionAPI.SignOut(g.ctx).Execute()
	return failure(err)
}

func (g generated) createToken(workspaceID, name string) (token, string, error) {
	created, _, err := g.TokensAPI.CreateToken(g.ctx, workspaceID).
		NewToken(*inbox.NewNewToken(name)).Execute()
	if err != nil {
		return token{}, "", failure(err)
	}
	return plain(created.Token), created.Secret, nil
}

func (g generated) listTokens(workspaceID string, limit int32, cursor string) (page, error) {
	request := g.TokensAPI.ListTokens(g.ctx, workspaceID).Limit(limit)
	if cursor != "" {
		request = request.Cursor(cursor)
	}
	listed, _, err := request.Execute()
	if err != nil {
		return page{}, failure(err)
	}
	return page{len(listed.Tokens), listed.GetNextCursor()}, nil
}

func (g generated) getToken(workspaceID, tokenID string) (token, error) {
	return one(g.TokensAPI.GetToken(g.ctx, workspaceID, tokenID).Execute())
}

func (g generated) revokeToken(workspaceID, tokenID string) (token, error) {
	return one(g.TokensAPI.RevokeToken(g.ctx, workspaceID, tokenID).Execute())
}

func (g generated) renameToken(workspaceID, tokenID, name string) (token, error) {
	changes := inbox.NewTokenChanges()
	changes.SetName(name)
	return one(g.TokensAPI.UpdateToken(g.ctx, workspaceID, tokenID).TokenChanges(*changes).Execute())
}

func (g generated) usedDays(workspaceID, tokenID string, days int32) (int, error) {
	used, _, err := g.TokensAPI.GetTokenUsage(g.ctx, workspaceID, tokenID).Days(days).Execute()
	if err != nil {
		return 0, failure(err)
	}
	return len(used.Usage.Days), nil
}

func (g generated) replaceToken(workspaceID, tokenID string, with replacement) (token, string, error) {
	body := inbox.NewReplacement()
	body.SetDescription(with.description)
	body.SetExpiresAt(with.expiresAt)
	body.SetOldExpiresAt(with.oldExpiresAt)
	created, _, err := g.TokensAPI.ReplaceToken(g.ctx, workspaceID, tokenID).Replacement(*body).Execute()
	if err != nil {
		return token{}, "", failure(err)
	}
	return plain(created.Token), created.Secret, nil
}

func (g generated) revokeOwnToken() error {
	_, err := g.VerificationAPI.RevokeOwnToken(g.ctx).Execute()
	return failure(err)
}

func (g generated) lastAction(workspaceID string, since string) (string, error) {
	listed, _, err := g.AuditEventsAPI.ListAuditEvents(g.ctx, workspaceID).Since(since).Limit(1).Execute()
	if err != nil {
		return "", failure(err)
	}
	return listed.Events[0].Action, nil
}

func (g generated) reportLeakedToken(secret, url string) error {
	found := inbox.NewLeakedToken(secret)
	found.SetUrl(url)
	report := inbox.NewLeakReport([]inbox.LeakedToken{*found})
	_, err := g.LeakedTokensAPI.ReportLeakedTokens(g.ctx).LeakReport(*report).Execute()
	return failure(err)
}

func one(response *inbox.TokenResponse, _ *http.Response, err error) (token, error) {
	if err != nil {
		return token{}, failure(err)
	}
	return plain(response.Token), nil
}

func plain(t inbox.ApiToken) token { return token{t.Id, t.Name, t.Prefix, t.Status, t.GetReplaces()} }

func failure(err error) error {
	var failed *inbox.GenericOpenAPIError
	if errors.As(err, &failed) {
		if response, ok := failed.Model().(inbox.ErrorResponse); ok {
			refused := &refusal{code: response.Error.Code}
			if len(response.Error.Details) > 0 {
				refused.field = response.Error.Details[0].Field
			}
			return refused
		}
	}
	return err
}
