// The whole life of a token, with the client that oapi-codegen generates.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/crm/inbox"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/securityprovider"
)

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	baseURL := os.Getenv("ADRAA_BASE_URL")
	email := inbox.Email(os.Getenv("ADRAA_EMAIL"))

	anonymous := must(inbox.NewClientWithResponses(baseURL))
	missing := must(anonymous.VerifyTokenWithResponse(ctx))
	fmt.Println("missing token:", expect(missing.JSON401, missing).Error.Code)

	sent := must(anonymous.RequestSignInCodeWithResponse(ctx, inbox.SignInCodeRequest{Email: email}))
	if sent.StatusCode() != http.StatusAccepted {
		log.Fatal(sent.Status())
	}
	fmt.Println("sign-in code: sent")
	var code string
	must(fmt.Scanln(&code))

	signedIn := must(anonymous.SignInWithResponse(ctx, inbox.SignInRequest{Email: email, Code: code}))
	expect(signedIn.JSON201, signedIn)
	cookie := must(securityprovider.NewSecurityProviderApiKey("cookie", "adraa_session", sessionIn(signedIn.HTTPResponse)))
	console := must(inbox.NewClientWithResponses(baseURL, inbox.WithRequestEditorFn(cookie.Intercept)))

	current := must(console.GetSessionWithResponse(ctx))
	session := expect(current.JSON200, current).Session
	workspace := session.Workspaces[0]
	fmt.Printf("signed in: %s, %s of %s\n", session.Agent.Nickname, workspace.Role, workspace.Name)

	create := func(name string) *inbox.CreateTokenResponse {
		return must(console.CreateTokenWithResponse(ctx, workspace.Id, inbox.CreateTokenRequest{Name: name}))
	}
	answer := create("CRM integration")
	created := expect(answer.JSON201, answer)
	token := created.Token
	fmt.Println("created:", token.Name, token.Prefix, token.Status)

	bearer := must(securityprovider.NewSecurityProviderBearerToken(created.Secret))
	api := must(inbox.NewClientWithResponses(baseURL, inbox.WithRequestEditorFn(bearer.Intercept)))
	opened := must(api.VerifyTokenWithResponse(ctx))
	verified := expect(opened.JSON200, opened)
	fmt.Printf("verified: %s, %s\n", verified.Company.Name, verified.Token.Name)

	blank := create("   ")
	refused := expect(blank.JSON400, blank).Error
	fmt.Println("refused name:", refused.Code, (*refused.Details)[0].Field)

	for _, name := range []string{"Order notifications", "Reports"} {
		another := create(name)
		expect(another.JSON201, another)
	}

	tokens, pages, limit := 0, 0, int32(2)
	params := &inbox.ListTokensParams{Limit: &limit}
	for more := true; more; more = params.Cursor != nil {
		listed := must(console.ListTokensWithResponse(ctx, workspace.Id, params))
		page := expect(listed.JSON200, listed)
		tokens += len(page.Tokens)
		pages++
		params.Cursor = page.NextCursor
	}
	fmt.Printf("listed: %d tokens on %d pages\n", tokens, pages)

	read := must(console.GetTokenWithResponse(ctx, workspace.Id, token.Id))
	got := expect(read.JSON200, read).Token
	fmt.Println("got:", got.Name, got.Status)

	ended := must(console.RevokeTokenWithResponse(ctx, workspace.Id, token.Id))
	revoked := expect(ended.JSON200, ended).Token
	fmt.Println("revoked:", revoked.Name, revoked.Status)

	closed := must(api.VerifyTokenWithResponse(ctx))
	fmt.Println("revoked token:", expect(closed.JSON401, closed).Error.Code)

	signedOut := must(console.SignOutWithResponse(ctx))
	if signedOut.StatusCode() != http.StatusNoContent {
		log.Fatal(signedOut.Status())
	}
	fmt.Println("signed out")

	gone := must(console.GetSessionWithResponse(ctx))
	fmt.Println("without session:", expect(gone.JSON401, gone).Error.Code)
}

// must ends the program when a call got no answer.
func must[T any](answer T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return answer
}

// expect ends the program when an answer is not the one that has this body.
func expect[T any](body *T, answer interface{ Status() string }) *T {
	if body == nil {
		log.Fatal("unexpected answer: ", answer.Status())
	}
	return body
}

// sessionIn is the session that signing in sets as a cookie.
func sessionIn(response *http.Response) string {
	for _, cookie := range response.Cookies() {
		if cookie.Name == "adraa_session" {
			return cookie.Value
		}
	}
	log.Fatal("signing in set no session")
	return ""
}
