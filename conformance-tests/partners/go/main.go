// The whole life of a token, with the client that OpenAPI Generator generates.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/crm/inbox"
)

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	email := os.Getenv("ADRAA_EMAIL")

	configuration := inbox.NewConfiguration()
	configuration.Servers[0].URL = os.Getenv("ADRAA_BASE_URL")
	client := inbox.NewAPIClient(configuration)

	_, _, err := client.VerificationAPI.VerifyToken(ctx).Execute()
	fmt.Println("missing token:", refusal(err).Code)

	_, err = client.SignInCodesAPI.RequestSignInCode(ctx).
		SignInCodeRequest(*inbox.NewSignInCodeRequest(email)).Execute()
	check(err)
	fmt.Println("sign-in code: sent")
	var code string
	_, err = fmt.Scanln(&code)
	check(err)

	_, response, err := client.SessionAPI.SignIn(ctx).
		SignInRequest(*inbox.NewSignInRequest(email, code)).Execute()
	check(err)
	for _, cookie := range response.Cookies() {
		configuration.AddDefaultHeader("Cookie", cookie.Name+"="+cookie.Value)
	}

	session := answer(client.SessionAPI.GetSession(ctx).Execute()).Session
	workspace := session.Workspaces[0]
	fmt.Printf("signed in: %s, %s of %s\n", session.Agent.Nickname, workspace.Role, workspace.Name)

	create := func(name string) (*inbox.CreatedToken, *http.Response, error) {
		return client.TokensAPI.CreateToken(ctx, workspace.Id).
			CreateTokenRequest(*inbox.NewCreateTokenRequest(name)).Execute()
	}
	created := answer(create("CRM integration"))
	token := created.Token
	fmt.Println("created:", token.Name, token.Prefix, token.Status)

	withToken := context.WithValue(ctx, inbox.ContextAccessToken, created.Secret)
	verified := answer(client.VerificationAPI.VerifyToken(withToken).Execute())
	fmt.Printf("verified: %s, %s\n", verified.Company.Name, verified.Token.Name)

	_, _, err = create("   ")
	refused := refusal(err)
	fmt.Println("refused name:", refused.Code, refused.Details[0].Field)

	answer(create("Order notifications"))
	answer(create("Reports"))

	tokens, pages := 0, 0
	request := client.TokensAPI.ListTokens(ctx, workspace.Id).Limit(2)
	for more := true; more; pages++ {
		page := answer(request.Execute())
		tokens += len(page.Tokens)
		more = page.HasNextCursor()
		request = request.Cursor(page.GetNextCursor())
	}
	fmt.Printf("listed: %d tokens on %d pages\n", tokens, pages)

	got := answer(client.TokensAPI.GetToken(ctx, workspace.Id, token.Id).Execute()).Token
	fmt.Println("got:", got.Name, got.Status)

	revoked := answer(client.TokensAPI.RevokeToken(ctx, workspace.Id, token.Id).Execute()).Token
	fmt.Println("revoked:", revoked.Name, revoked.Status)

	_, _, err = client.VerificationAPI.VerifyToken(withToken).Execute()
	fmt.Println("revoked token:", refusal(err).Code)

	_, err = client.SessionAPI.SignOut(ctx).Execute()
	check(err)
	fmt.Println("signed out")

	_, _, err = client.SessionAPI.GetSession(ctx).Execute()
	fmt.Println("without session:", refusal(err).Code)
}

// check ends the program when a call failed.
func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// answer is what a call answered; one that failed ends the program.
func answer[T any](body *T, _ *http.Response, err error) *T {
	check(err)
	return body
}

// refusal is why the server refused a call; any other end of the call ends the program.
func refusal(err error) inbox.ErrorBody {
	var failure *inbox.GenericOpenAPIError
	if errors.As(err, &failure) {
		if body, ok := failure.Model().(inbox.ErrorResponse); ok {
			return body.Error
		}
	}
	log.Fatal("not refused: ", err)
	return inbox.ErrorBody{}
}
