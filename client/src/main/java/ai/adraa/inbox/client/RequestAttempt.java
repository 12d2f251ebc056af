package ai.adraa.inbox.client;

import java.time.Duration;
import java.util.Optional;

/**
 * One HTTP request that the client has sent, and how it ended. Contains no secret.
 *
 * @param operation the name of the operation in the contract, such as {@code verifyToken}
 * @param attempt 1 for the first request of a call, 2 or more for the requests that repeat it
 * @param status the HTTP status; 0 if no response arrived
 * @param code the {@link AdraaInboxException#code} if the request failed
 * @param duration from the start of the request to the end of its response
 * @param requestId the id of the request in the server's log, if the response has one
 */
public record RequestAttempt(
    String operation,
    int attempt,
    int status,
    Optional<String> code,
    Duration duration,
    Optional<String> requestId) {}
