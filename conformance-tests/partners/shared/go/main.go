// The whole life of a token. What differs between the generators is in client.go.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"time"
)

type session struct {
	nickname, role, workspaceID, workspace string
}

type token struct {
	id, name, prefix, status, replaces string
}

type replacement struct {
	description             string
	expiresAt, oldExpiresAt time.Time
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
	renameToken(workspaceID, tokenID, name string) (token, error)
	usedDays(workspaceID, tokenID string, days int32) (int, error)
	replaceToken(workspaceID, tokenID string, with replacement) (created token, secret string, err error)
	revokeOwnToken() error
	lastAction(workspaceID string, since string) (string, error)
	reportLeakedToken(secret, url string) error
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

	_, leaked, err := console.createToken(session.workspaceID, "Order notifications")
	check(err)
	_, _, err = console.createToken(session.workspaceID, "Reports")
	check(err)
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

	if os.Getenv("ADRAA_API_VERSION") != "1.0" {
		changed, err := console.renameToken(session.workspaceID, created.id, "CRM integration (EU)")
		check(err)
		fmt.Println("changed:", changed.name)

		days, err := console.usedDays(session.workspaceID, created.id, 7)
		check(err)
		fmt.Println("usage:", days, "days")

		now := time.Now()
		with := replacement{"Stored in the vault", now.AddDate(1, 0, 0), now.AddDate(0, 0, 7)}
		replaced, newSecret, err := console.replaceToken(session.workspaceID, created.id, with)
		check(err)
		fmt.Println("replaced:", replaced.name, replaced.replaces)

		renewed := newSecretClient(baseURL, newSecret)
		company, name, err := renewed.verifyToken()
		check(err)
		fmt.Printf("verified: %s, %s\n", company, name)

		check(renewed.revokeOwnToken())
		_, _, err = renewed.verifyToken()
		fmt.Println("revoked itself:", refused(err).code)

		action, err := console.lastAction(session.workspaceID, now.Add(-time.Hour).Format(time.RFC3339))
		check(err)
		fmt.Println("last event:", action)

		check(anonymous.reportLeakedToken(leaked, "https://git.example/acme/shop/blob/main/.env"))
		_, _, err = newSecretClient(baseURL, leaked).verifyToken()
		fmt.Println("reported:", refused(err).code)
	}

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
