package main

import (
	"context"
	"fmt"
	"net/http"

	"example.com/crm/inbox"
	"github.com/ogen-go/ogen/ogenerrors"
)

// credential is the secret that a client authenticates with.
type credential string

func (c credential) BearerToken(context.Context, inbox.OperationName) (inbox.BearerToken, error) {
	return inbox.BearerToken{Token: string(c)}, nil
}

func (credential) SessionCookie(context.Context, inbox.OperationName) (inbox.SessionCookie, error) {
	return inbox.SessionCookie{}, ogenerrors.ErrSkipClientSecurity
}

type generated struct {
	*inbox.Client
}

// The client always sends a credential, so the one of the request that must have none is removed.
func newClient(baseURL string) client {
	return with(baseURL, "", inbox.WithRequestEditor(
		func(_ context.Context, request *http.Request) error {
			request.Header.Del("Authorization")
			return nil
		}))
}

func newSecretClient(baseURL, secret string) client { return with(baseURL, credential(secret)) }

func with(baseURL string, has credential, options ...inbox.ClientOption) client {
	c, err := inbox.NewClient(baseURL, has, options...)
	check(err)
	return generated{c}
}

func (g generated) verifyToken() (string, string, error) {
	verified, err := expect[*inbox.TokenVerificationHeaders](g.VerifyToken(context.Background()))
	if err != nil {
		return "", "", err
	}
	return verified.Response.Company.Name, string(verified.Response.Token.Name), nil
}

func (g generated) requestSignInCode(email string) error {
	_, err := expect[*inbox.RequestSignInCodeAccepted](g.RequestSignInCode(context.Background(),
		&inbox.SignInCodeRequest{Email: inbox.EmailAddress(email)}))
	return err
}

func (g generated) signIn(email, code string) (string, error) {
	created, err := expect[*inbox.CreatedSessionHeaders](g.SignIn(context.Background(), &inbox.SignInAttempt{
		Email:      inbox.EmailAddress(email),
		Code:       code,
		Credential: inbox.NewOptSignInAttemptCredential(inbox.SignInAttemptCredentialBearer),
	}))
	if err != nil {
		return "", err
	}
	return created.Response.Secret.Value, nil
}

func (g generated) getSession() (session, error) {
	current, err := expect[*inbox.SessionResponseHeaders](g.GetSession(context.Background()))
	if err != nil {
		return session{}, err
	}
	s := current.Response.Session
	workspace := s.Workspaces[0]
	return session{string(s.Agent.Nickname), workspace.Role, string(workspace.ID), workspace.Name}, nil
}

func (g generated) signOut() error {
	_, err := expect[*inbox.SignOutNoContent](g.SignOut(context.Background()))
	return err
}

func (g generated) createToken(workspaceID, name string) (token, string, error) {
	created, err := expect[*inbox.CreatedTokenHeaders](g.CreateToken(context.Background(),
		&inbox.NewToken{Name: name}, inbox.CreateTokenParams{WorkspaceId: workspaceID}))
	if err != nil {
		return token{}, "", err
	}
	return plain(created.Response.Token), created.Response.Secret, nil
}

func (g generated) listTokens(workspaceID string, limit int32, cursor string) (page, error) {
	params := inbox.ListTokensParams{WorkspaceId: workspaceID, Limit: inbox.NewOptInt32(limit)}
	if cursor != "" {
		params.Cursor = inbox.NewOptString(cursor)
	}
	listed, err := expect[*inbox.TokenListHeaders](g.ListTokens(context.Background(), params))
	if err != nil {
		return page{}, err
	}
	return page{len(listed.Response.Tokens), listed.Response.NextCursor.Value}, nil
}

func (g generated) getToken(workspaceID, tokenID string) (token, error) {
	got, err := expect[*inbox.TokenResponseHeaders](g.GetToken(context.Background(),
		inbox.GetTokenParams{WorkspaceId: workspaceID, TokenId: tokenID}))
	if err != nil {
		return token{}, err
	}
	return plain(got.Response.Token), nil
}

func (g generated) revokeToken(workspaceID, tokenID string) (token, error) {
	revoked, err := expect[*inbox.TokenResponseHeaders](g.RevokeToken(context.Background(),
		inbox.RevokeTokenParams{WorkspaceId: workspaceID, TokenId: tokenID}))
	if err != nil {
		return token{}, err
	}
	return plain(revoked.Response.Token), nil
}

func (g generated) renameToken(workspaceID, tokenID, name string) (token, error) {
	changed, err := expect[*inbox.TokenResponseHeaders](g.UpdateToken(context.Background(),
		&inbox.TokenChanges{Name: inbox.NewOptString(name)},
		inbox.UpdateTokenParams{WorkspaceId: workspaceID, TokenId: tokenID}))
	if err != nil {
		return token{}, err
	}
	return plain(changed.Response.Token), nil
}

func (g generated) usedDays(workspaceID, tokenID string, days int32) (int, error) {
	used, err := expect[*inbox.TokenUsageResponseHeaders](g.GetTokenUsage(context.Background(),
		inbox.GetTokenUsageParams{WorkspaceId: workspaceID, TokenId: tokenID, Days: inbox.NewOptInt32(days)}))
	if err != nil {
		return 0, err
	}
	return len(used.Response.Usage.Days), nil
}

func (g generated) replaceToken(workspaceID, tokenID string, with replacement) (token, string, error) {
	created, err := expect[*inbox.CreatedTokenHeaders](g.ReplaceToken(context.Background(),
		&inbox.Replacement{
			Description:  inbox.NewOptString(with.description),
			ExpiresAt:    inbox.NewOptDateTime(with.expiresAt),
			OldExpiresAt: inbox.NewOptDateTime(with.oldExpiresAt),
		},
		inbox.ReplaceTokenParams{WorkspaceId: workspaceID, TokenId: tokenID}))
	if err != nil {
		return token{}, "", err
	}
	return plain(created.Response.Token), created.Response.Secret, nil
}

func (g generated) revokeOwnToken() error {
	_, err := expect[*inbox.RevokeOwnTokenNoContent](g.RevokeOwnToken(context.Background()))
	return err
}

func (g generated) lastAction(workspaceID string, since string) (string, error) {
	listed, err := expect[*inbox.AuditEventListHeaders](g.ListAuditEvents(context.Background(),
		inbox.ListAuditEventsParams{
			WorkspaceId: workspaceID,
			Since:       inbox.NewOptString(since),
			Limit:       inbox.NewOptInt32(1),
		}))
	if err != nil {
		return "", err
	}
	return listed.Response.Events[0].Action, nil
}

func (g generated) reportLeakedToken(secret, url string) error {
	_, err := expect[*inbox.ReportLeakedTokensAccepted](g.ReportLeakedTokens(context.Background(),
		&inbox.LeakReport{Tokens: []inbox.LeakedToken{{Secret: secret, URL: inbox.NewOptString(url)}}}))
	return err
}

func plain(t inbox.ApiToken) token {
	return token{string(t.ID), string(t.Name), t.Prefix, t.Status, t.Replaces.Value}
}

// expect is the answer if it is of the kind A.
func expect[A any](answer any, err error) (A, error) {
	var none A
	if err != nil {
		return none, err
	}
	var body inbox.ErrorResponse
	switch a := answer.(type) {
	case A:
		return a, nil
	case *inbox.TokenRefusedHeaders:
		body = a.Response
	case *inbox.SessionRefusedHeaders:
		body = a.Response
	case *inbox.ValidationErrorHeaders:
		body = a.Response
	default:
		return none, fmt.Errorf("unexpected answer: %T", answer)
	}
	refused := &refusal{code: body.Error.Code}
	if len(body.Error.Details) > 0 {
		refused.field = body.Error.Details[0].Field
	}
	return none, refused
}
