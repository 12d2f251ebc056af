// The whole life of a token. What differs between the generators is in client.go.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
)

type session struct {
	nickname, role, workspaceID, workspace string
}

type token struct {
	id, name, prefix, status string
}

type page struct {
	tokens     int
	nextCursor string
}

// refusal is the error response of a call.
type refusal struct {
	code  string
	field string
}

func (r *refusal) Error() string { return r.code }

// client calls the API with one credential, or with none.
type client interface {
	verifyToken() (company, token string, err error)
	requestSignInCode(email string) error
	signIn(email, code string) (secret string, err error)
	getSession() (session, error)
	signOut() error
	createToken(workspaceID, name string) (created token, secret string, err error)
	listTokens(workspaceID string, limit int32, cursor string) (page, error)
	getToken(workspaceID, tokenID string) (token, error)
	revokeToken(workspaceID, tokenID string) (token, error)
}

func main() {
	log.SetFlags(0)
	baseURL, email := os.Getenv("ADRAA_BASE_URL"), os.Getenv("ADRAA_EMAIL")

	anonymous := newClient(baseURL)
	_, _, err := anonymous.verifyToken()
	fmt.Println("missing token:", refused(err).code)

	check(anonymous.requestSignInCode(email))
	fmt.Println("sign-in code: sent")
	var code string
	_, err = fmt.Scanln(&code)
	check(err)

	secret, err := anonymous.signIn(email, code)
	check(err)
	console := newSecretClient(baseURL, secret)
	session, err := console.getSession()
	check(err)
	fmt.Printf("signed in: %s, %s of %s\n", session.nickname, session.role, session.workspace)

	created, secret, err := console.createToken(session.workspaceID, "CRM integration")
	check(err)
	fmt.Println("created:", created.name, created.prefix, created.status)

	integration := newSecretClient(baseURL, secret)
	company, name, err := integration.verifyToken()
	check(err)
	fmt.Printf("verified: %s, %s\n", company, name)

	_, _, err = console.createToken(session.workspaceID, "   ")
	invalid := refused(err)
	fmt.Println("refused name:", invalid.code, invalid.field)

	for _, name := range []string{"Order notifications", "Reports"} {
		_, _, err = console.createToken(session.workspaceID, name)
		check(err)
	}
	tokens, pages, cursor := 0, 0, ""
	for more := true; more; more = cursor != "" {
		page, err := console.listTokens(session.workspaceID, 2, cursor)
		check(err)
		tokens += page.tokens
		pages++
		cursor = page.nextCursor
	}
	fmt.Printf("listed: %d tokens on %d pages\n", tokens, pages)

	got, err := console.getToken(session.workspaceID, created.id)
	check(err)
	fmt.Println("got:", got.name, got.status)

	revoked, err := console.revokeToken(session.workspaceID, created.id)
	check(err)
	fmt.Println("revoked:", revoked.name, revoked.status)

	_, _, err = integration.verifyToken()
	fmt.Println("revoked token:", refused(err).code)

	check(console.signOut())
	fmt.Println("signed out")

	_, err = console.getSession()
	fmt.Println("without session:", refused(err).code)
}

// check ends the program when a call failed.
func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// refused is why the server refused a call; any other end of the call ends the program.
func refused(err error) *refusal {
	var refused *refusal
	if !errors.As(err, &refused) {
		log.Fatal("not refused: ", err)
	}
	return refused
}
