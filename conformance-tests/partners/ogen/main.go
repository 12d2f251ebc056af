// The whole life of a token, with the client that ogen generates.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/crm/inbox"
)

// credentials is what a client authenticates with; each operation takes the one it needs.
type credentials struct {
	session, token string
}

func (c credentials) SessionCookie(context.Context, inbox.OperationName) (inbox.SessionCookie, error) {
	return inbox.SessionCookie{APIKey: c.session}, nil
}

func (c credentials) BearerToken(context.Context, inbox.OperationName) (inbox.BearerToken, error) {
	return inbox.BearerToken{Token: c.token}, nil
}

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	baseURL := os.Getenv("ADRAA_BASE_URL")
	email := inbox.Email(os.Getenv("ADRAA_EMAIL"))

	// ogen sends a request only with the credentials it needs, so they are taken off afterwards.
	anonymous := must(inbox.NewClient(baseURL, credentials{}, inbox.WithRequestEditor(
		func(_ context.Context, request *http.Request) error {
			request.Header.Del("Authorization")
			return nil
		})))
	missing := expect[*inbox.TokenRefusedHeaders](anonymous.VerifyToken(ctx))
	fmt.Println("missing token:", missing.Response.Error.Code)

	expect[*inbox.RequestSignInCodeAccepted](anonymous.RequestSignInCode(ctx, &inbox.SignInCodeRequest{Email: email}))
	fmt.Println("sign-in code: sent")
	var code string
	must(fmt.Scanln(&code))

	signedIn := expect[*inbox.SignInCreatedHeaders](anonymous.SignIn(ctx, &inbox.SignInRequest{Email: email, Code: code}))
	cookie := must(http.ParseSetCookie(signedIn.SetCookie.Value))
	console := must(inbox.NewClient(baseURL, credentials{session: cookie.Value}))

	session := expect[*inbox.SessionResponseHeaders](console.GetSession(ctx)).Response.Session
	workspace := session.Workspaces[0]
	fmt.Printf("signed in: %s, %s of %s\n", session.Agent.Nickname, workspace.Role, workspace.Name)

	create := func(name inbox.TokenName) (inbox.CreateTokenRes, error) {
		return console.CreateToken(ctx, &inbox.CreateTokenRequest{Name: name},
			inbox.CreateTokenParams{WorkspaceId: string(workspace.ID)})
	}
	created := expect[*inbox.CreatedTokenHeaders](create("CRM integration")).Response
	token := created.Token
	fmt.Println("created:", token.Name, token.Prefix, token.Status)

	api := must(inbox.NewClient(baseURL, credentials{token: created.Secret}))
	verified := expect[*inbox.TokenVerificationHeaders](api.VerifyToken(ctx)).Response
	fmt.Printf("verified: %s, %s\n", verified.Company.Name, verified.Token.Name)

	refused := expect[*inbox.ValidationErrorHeaders](create("   ")).Response.Error
	fmt.Println("refused name:", refused.Code, refused.Details[0].Field)

	expect[*inbox.CreatedTokenHeaders](create("Order notifications"))
	expect[*inbox.CreatedTokenHeaders](create("Reports"))

	tokens, pages := 0, 0
	params := inbox.ListTokensParams{WorkspaceId: string(workspace.ID), Limit: inbox.NewOptInt32(2)}
	for more := true; more; more = params.Cursor.Set {
		page := expect[*inbox.TokenListHeaders](console.ListTokens(ctx, params)).Response
		tokens += len(page.Tokens)
		pages++
		params.Cursor = page.NextCursor
	}
	fmt.Printf("listed: %d tokens on %d pages\n", tokens, pages)

	got := expect[*inbox.TokenResponseHeaders](console.GetToken(ctx,
		inbox.GetTokenParams{WorkspaceId: string(workspace.ID), TokenId: string(token.ID)})).Response.Token
	fmt.Println("got:", got.Name, got.Status)

	revoked := expect[*inbox.TokenResponseHeaders](console.RevokeToken(ctx,
		inbox.RevokeTokenParams{WorkspaceId: string(workspace.ID), TokenId: string(token.ID)})).Response.Token
	fmt.Println("revoked:", revoked.Name, revoked.Status)

	closed := expect[*inbox.TokenRefusedHeaders](api.VerifyToken(ctx))
	fmt.Println("revoked token:", closed.Response.Error.Code)

	expect[*inbox.SignOutNoContent](console.SignOut(ctx))
	fmt.Println("signed out")

	gone := expect[*inbox.SessionRefusedHeaders](console.GetSession(ctx))
	fmt.Println("without session:", gone.Response.Error.Code)
}

// must ends the program when a call fails.
func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// expect ends the program when an answer is not of the kind A.
func expect[A any](answer any, err error) A {
	expected, ok := must(answer, err).(A)
	if !ok {
		log.Fatalf("unexpected answer: %T", answer)
	}
	return expected
}
