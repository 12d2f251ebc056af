import org.openapitools.client.apis.AuditEventsApi
import org.openapitools.client.apis.LeakedTokensApi
import org.openapitools.client.apis.SessionApi
import org.openapitools.client.apis.SignInCodesApi
import org.openapitools.client.apis.TokensApi
import org.openapitools.client.apis.VerificationApi
import org.openapitools.client.infrastructure.ApiClient
import org.openapitools.client.infrastructure.ClientError
import org.openapitools.client.infrastructure.ClientException
import org.openapitools.client.infrastructure.Serializer
import org.openapitools.client.models.ErrorBody
import org.openapitools.client.models.ErrorResponse

private val baseUrl = System.getenv("ADRAA_BASE_URL")

fun verification(secret: String?) = VerificationApi(baseUrl).with(secret)

fun signInCodes() = SignInCodesApi(baseUrl)

fun sessions(secret: String?) = SessionApi(baseUrl).with(secret)

fun tokens(secret: String?) = TokensApi(baseUrl).with(secret)

fun auditEvents(secret: String?) = AuditEventsApi(baseUrl).with(secret)

fun leakedTokens() = LeakedTokensApi(baseUrl)

private fun <T : ApiClient> T.with(secret: String?) = apply { accessTokenProvider = { secret } }

fun error(refused: Exception): ErrorBody {
    val body = ((refused as ClientException).response as ClientError<*>).body as String
    return Serializer.moshi.adapter(ErrorResponse::class.java).fromJson(body)!!.error
}
