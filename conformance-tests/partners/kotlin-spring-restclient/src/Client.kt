import org.openapitools.client.apis.AuditEventsApi
import org.openapitools.client.apis.LeakedTokensApi
import org.openapitools.client.apis.SessionApi
import org.openapitools.client.apis.SignInCodesApi
import org.openapitools.client.apis.TokensApi
import org.openapitools.client.apis.VerificationApi
import org.openapitools.client.models.ErrorBody
import org.openapitools.client.models.ErrorResponse
import org.springframework.web.client.RestClient
import org.springframework.web.client.RestClientResponseException

fun verification(secret: String?) = VerificationApi(client(secret))

fun signInCodes() = SignInCodesApi(client(null))

fun sessions(secret: String?) = SessionApi(client(secret))

fun tokens(secret: String?) = TokensApi(client(secret))

fun auditEvents(secret: String?) = AuditEventsApi(client(secret))

fun leakedTokens() = LeakedTokensApi(client(null))

private fun client(secret: String?): RestClient {
    val builder = RestClient.builder().baseUrl(System.getenv("ADRAA_BASE_URL"))
    secret?.let { builder.defaultHeader("Authorization", "Bearer $it") }
    return builder.build()
}

fun error(refused: Exception): ErrorBody =
    (refused as RestClientResponseException).getResponseBodyAs(ErrorResponse::class.java)!!.error
