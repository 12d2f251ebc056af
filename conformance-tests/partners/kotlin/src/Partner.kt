import okhttp3.Cookie
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.OkHttpClient
import org.openapitools.client.apis.SessionApi
import org.openapitools.client.apis.SignInCodesApi
import org.openapitools.client.apis.TokensApi
import org.openapitools.client.apis.VerificationApi
import org.openapitools.client.infrastructure.ClientError
import org.openapitools.client.infrastructure.ClientException
import org.openapitools.client.infrastructure.Serializer
import org.openapitools.client.models.ErrorBody
import org.openapitools.client.models.CreateTokenRequest
import org.openapitools.client.models.ErrorResponse
import org.openapitools.client.models.SignInCodeRequest
import org.openapitools.client.models.SignInRequest

/** The whole life of a token with the generated client. */
fun main() {
    val baseUrl = System.getenv("ADRAA_BASE_URL")
    println("missing token: ${refusal { VerificationApi(baseUrl).verifyToken() }.code}")

    val email = System.getenv("ADRAA_EMAIL")
    SignInCodesApi(baseUrl).requestSignInCode(SignInCodeRequest(email))
    println("sign-in code: sent")
    val code = readln()

    val signedIn = SessionApi(baseUrl).signInWithHttpInfo(SignInRequest(email, code))
    val cookie = signedIn.headers.getValue("set-cookie")
        .firstNotNullOf { Cookie.parse(baseUrl.toHttpUrl(), it) }
    val console = OkHttpClient.Builder()
        .addInterceptor { chain ->
            chain.proceed(
                chain.request().newBuilder().header("Cookie", "${cookie.name}=${cookie.value}").build()
            )
        }
        .build()
    val sessions = SessionApi(baseUrl, console)
    val tokens = TokensApi(baseUrl, console)

    val session = sessions.getSession().session
    val workspace = session.workspaces.first()
    println("signed in: ${session.agent.nickname}, ${workspace.role} of ${workspace.name}")

    val created = tokens.createToken(workspace.id, CreateTokenRequest("CRM integration"))
    println("created: ${created.token.name} ${created.token.prefix} ${created.token.status}")

    val verification = VerificationApi(baseUrl).apply { accessTokenProvider = { created.secret } }
    val verified = verification.verifyToken()
    println("verified: ${verified.company.name}, ${verified.token.name}")

    val refused = refusal { tokens.createToken(workspace.id, CreateTokenRequest("   ")) }
    println("refused name: ${refused.code} ${refused.details?.first()?.field}")
    tokens.createToken(workspace.id, CreateTokenRequest("Order notifications"))
    tokens.createToken(workspace.id, CreateTokenRequest("Reports"))

    val pages = generateSequence(tokens.listTokens(workspace.id, limit = 2)) { page ->
        page.nextCursor?.let { tokens.listTokens(workspace.id, limit = 2, cursor = it) }
    }.toList()
    println("listed: ${pages.sumOf { it.tokens.size }} tokens on ${pages.size} pages")

    val token = tokens.getToken(workspace.id, created.token.id).token
    println("got: ${token.name} ${token.status}")

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
    } catch (refused: ClientException) {
        val body = (refused.response as ClientError<*>).body as String
        return Serializer.moshi.adapter(ErrorResponse::class.java).fromJson(body)!!.error
    }
    error("The request was not refused")
}
