import org.openapitools.client.apis.AuditEventsApi
import org.openapitools.client.apis.LeakedTokensApi
import org.openapitools.client.apis.SessionApi
import org.openapitools.client.apis.SignInCodesApi
import org.openapitools.client.apis.TokensApi
import org.openapitools.client.apis.VerificationApi
import org.openapitools.client.infrastructure.Serializer
import org.openapitools.client.models.ErrorBody
import org.openapitools.client.models.ErrorResponse
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter
import org.springframework.web.client.RestClient
import org.springframework.web.client.RestClientResponseException

fun verification(secret: String?) = VerificationApi(client(secret))

fun signInCodes() = SignInCodesApi(client(null))

fun sessions(secret: String?) = SessionApi(client(secret))

fun tokens(secret: String?) = TokensApi(client(secret))

fun auditEvents(secret: String?) = AuditEventsApi(client(secret))

fun leakedTokens() = LeakedTokensApi(client(null))

private fun client(secret: String?): RestClient {
    // The client's own mapper leaves out null; a server of an earlier release refuses fields that it does not know.
    val json = JacksonJsonHttpMessageConverter(Serializer.jacksonObjectMapper)
    val builder = RestClient.builder().baseUrl(System.getenv("ADRAA_BASE_URL"))
        .configureMessageConverters { it.registerDefaults().withJsonConverter(json) }
    secret?.let { builder.defaultHeader("Authorization", "Bearer $it") }
    return builder.build()
}

fun error(refused: Exception): ErrorBody =
    (refused as RestClientResponseException).getResponseBodyAs(ErrorResponse::class.java)!!.error
