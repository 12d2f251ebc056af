import org.openapitools.client.models.ErrorBody
import org.openapitools.client.models.LeakReport
import org.openapitools.client.models.LeakedToken
import org.openapitools.client.models.NewToken
import org.openapitools.client.models.Replacement
import org.openapitools.client.models.SignInAttempt
import org.openapitools.client.models.SignInCodeRequest
import org.openapitools.client.models.TokenChanges
import java.io.FileDescriptor
import java.io.FileOutputStream
import java.io.PrintStream
import java.time.OffsetDateTime
import java.time.ZoneOffset

/** The whole life of a token. What differs between the generator's libraries is in Client.kt. */
fun main() {
    System.setOut(PrintStream(FileOutputStream(FileDescriptor.out), true, Charsets.UTF_8))
    println("missing token: ${refusal { verification(null).verifyToken() }.code}")

    val email = System.getenv("ADRAA_EMAIL")
    signInCodes().requestSignInCode(SignInCodeRequest(email))
    println("sign-in code: sent")
    val code = readln()

    val attempt = SignInAttempt(email, code, SignInAttempt.Credential.bearer)
    val secret = sessions(null).signIn(attempt).secret
    val sessions = sessions(secret)
    val tokens = tokens(secret)

    val session = sessions.getSession().session
    val workspace = session.workspaces.first()
    println("signed in: ${session.agent.nickname}, ${workspace.role} of ${workspace.name}")

    val created = tokens.createToken(workspace.id, NewToken("CRM integration"))
    println("created: ${created.token.name} ${created.token.prefix} ${created.token.status}")

    val verification = verification(created.secret)
    val verified = verification.verifyToken()
    println("verified: ${verified.company.name}, ${verified.token.name}")

    val refused = refusal { tokens.createToken(workspace.id, NewToken("   ")) }
    println("refused name: ${refused.code} ${refused.details?.first()?.field}")
    val leaked = tokens.createToken(workspace.id, NewToken("Order notifications"))
    tokens.createToken(workspace.id, NewToken("Reports"))

    val pages = generateSequence(tokens.listTokens(workspace.id, limit = 2, sort = null)) { page ->
        page.nextCursor?.let { tokens.listTokens(workspace.id, limit = 2, cursor = it, sort = null) }
    }.toList()
    println("listed: ${pages.sumOf { it.tokens.size }} tokens on ${pages.size} pages")

    val token = tokens.getToken(workspace.id, created.token.id).token
    println("got: ${token.name} ${token.status}")

    if (System.getenv("ADRAA_API_VERSION") != "1.0") {
        val changes = TokenChanges(name = "CRM integration (EU)")
        println("changed: ${tokens.updateToken(workspace.id, token.id, changes).token.name}")

        val usage = tokens.getTokenUsage(workspace.id, token.id, days = 7).usage
        println("usage: ${usage.days.size} days")

        val now = OffsetDateTime.now(ZoneOffset.UTC)
        val replacement = Replacement(
            description = "Stored in the vault",
            expiresAt = now.plusYears(1),
            oldExpiresAt = now.plusDays(7),
        )
        val replaced = tokens.replaceToken(workspace.id, token.id, replacement)
        println("replaced: ${replaced.token.name} ${replaced.token.replaces}")

        val renewed = verification(replaced.secret)
        val renewal = renewed.verifyToken()
        println("verified: ${renewal.company.name}, ${renewal.token.name}")
        renewed.revokeOwnToken()
        println("revoked itself: ${refusal { renewed.verifyToken() }.code}")

        val events = auditEvents(secret)
            .listAuditEvents(workspace.id, since = "${now.minusHours(1)}", limit = 1).events
        println("last event: ${events.first().action}")

        val found = LeakedToken(leaked.secret, "https://git.example/acme/shop/blob/main/.env")
        leakedTokens().reportLeakedTokens(LeakReport(listOf(found)))
        println("reported: ${refusal { verification(leaked.secret).verifyToken() }.code}")
    }

    val revoked = tokens.revokeToken(workspace.id, created.token.id).token
    println("revoked: ${revoked.name} ${revoked.status}")

    println("revoked token: ${refusal { verification.verifyToken() }.code}")

    sessions.signOut()
    println("signed out")

    println("without session: ${refusal { sessions.getSession() }.code}")
}

private fun refusal(request: () -> Unit): ErrorBody {
    try {
        request()
    } catch (refused: Exception) {
        return error(refused)
    }
    throw IllegalStateException("The request was not refused")
}
